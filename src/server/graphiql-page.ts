export interface GraphiQLTab {
  readonly name: string;
  readonly query: string;
  /** The text of the variables editor: a JSON object. */
  readonly variables?: string;
}

export interface GraphiQLPage {
  readonly styleUrl: string;
  /** In the order in which they run. */
  readonly scriptUrls: readonly string[];
  readonly workerUrls: Readonly<Record<string, string>>;
  readonly tabs: readonly GraphiQLTab[];
  /** The text of the headers editor: JSON with comments. */
  readonly headers: string;
}

/** The only part of GraphiQL that depends on the gateway's settings: a few kilobytes that name the rest. */
export function graphiqlPage({ styleUrl, scriptUrls, workerUrls, tabs, headers }: GraphiQLPage): string {
  const settings = { workerUrls, tabs: tabs.map(editorTab), headers };
  const scripts = scriptUrls.map((url) => `<script defer src="${url}"></script>`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Workspaces GraphQL</title>
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}" />
    <link rel="stylesheet" href="${styleUrl}" />
    <script type="application/json" id="settings">${scriptSafe(settings)}</script>
    ${scripts.join('\n    ')}
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
  </body>
</html>
`;
}

/** Nothing from another host; inline styles and data URLs because the editor (Monaco) makes them. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">' +
  '<path d="M16 3 27.3 9.5v13L16 29 4.7 22.5v-13Z" fill="none" stroke="#d60590" stroke-width="2.5"/>' +
  '<circle cx="16" cy="16" r="5" fill="#326ce5"/></svg>';

export const logo = icon;

// A query that names its operation titles its own tab; the file's name tells where the example comes from.
function editorTab({ name, query, variables }: GraphiQLTab): { readonly query: string; readonly variables?: string } {
  const titled = query.trimStart().startsWith('#') ? query : `# ${name}\n${query}`;
  return variables === undefined ? { query: titled } : { query: titled, variables };
}

function scriptSafe(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}
