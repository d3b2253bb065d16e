import { exampleOf, firstTabs, type GraphiQLTab } from './graphiql-examples.ts';
import type { Person } from './person.ts';

interface GraphiQLPage {
  readonly styleUrl: string;
  /** In order of execution. */
  readonly scriptUrls: readonly string[];
  readonly workerUrls: Readonly<Record<string, string>>;
  /** Examples for the side panel. The first ones are open at a first visit. */
  readonly tabs: readonly GraphiQLTab[];
  readonly people: readonly Person[];
  /** The text of the headers editor: JSON with comments. */
  readonly headers: string;
}

/** Returns the HTML page, the only part of GraphiQL that depends on the configuration. It refers to all other files. */
export function graphiqlPage({ styleUrl, scriptUrls, workerUrls, tabs, people, headers }: GraphiQLPage): string {
  const settings = { workerUrls, tabs: firstTabs(tabs).map(editorTab), examples: tabs.map(exampleOf), people, headers };
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
    <aside id="panel" aria-label="Operations and subscriptions"></aside>
    <div id="root"></div>
  </body>
</html>
`;
}

/** Allows no other host. Inline styles and data URLs are needed by the editor, Monaco. */
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

// The operation's name becomes the tab's title; a comment names the example's file.
function editorTab({ name, query, variables }: GraphiQLTab): { readonly query: string; readonly variables?: string } {
  const titled = query.trimStart().startsWith('#') ? query : `# ${name}\n${query}`;
  return variables === undefined ? { query: titled } : { query: titled, variables };
}

function scriptSafe(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}

/**
 * The script that starts GraphiQL in the browser. Sends queries and mutations over HTTP and subscriptions over a WebSocket,
 * to the page's own URL. Sends the content of the headers editor as HTTP headers and as the payload of `connection_init`.
 */
export const clientScript = `'use strict';
const settings = JSON.parse(document.getElementById('settings').textContent);
const endpoint = new URL(location.pathname, location.href);

self.MonacoEnvironment = {
  ...self.MonacoEnvironment,
  getWorkerUrl: (moduleId, label) => new URL(settings.workerUrls[label], location.href).href,
};

// Not the editor's own analysis, which lags behind a change of tabs: a subscription could be sent as a query.
function operationsIn(text) {
  const operations = [];
  let depth = 0;
  let words = [];
  for (const [token] of text.matchAll(/#.*|"""[^]*?"""|"(?:\\\\.|[^"\\\\])*"|[{}()]|[@$]?\\w+/g)) {
    if (depth === 0 && /^\\w/.test(token)) words.push(token);
    if (depth === 0 && token === '{') {
      const [type = 'query', name] = words;
      if (type !== 'fragment') operations.push({ type, name });
      words = [];
    }
    if (/[{(]/.test(token[0])) depth += 1;
    if (/[})]/.test(token[0])) depth -= 1;
  }
  return operations;
}

async function post(request, headers) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  if (!/json/.test(response.headers.get('content-type') ?? '')) {
    throw new Error('Expected JSON, got HTTP ' + response.status + ' ' + response.statusText + ': ' + text.slice(0, 500));
  }
  return JSON.parse(text);
}

const PING_MS = 10_000;
// Time in which a connection has to be made, and in which the gateway has to answer a ping.
const ANSWER_MS = 10_000;
// Time after the end of a subscription in which a gateway that stops closes the connection. Then the page does.
const CLOSE_MS = 1_000;
const GOING_AWAY = 1001;
const ABNORMAL_CLOSURE = 1006;
const TERMINATED = 4499;
// Attempts to make a first connection, which may be refused for good. One that was lost is made again without a limit.
const MAX_FIRST_ATTEMPTS = 5;
const MAX_RETRY_MS = 10_000;

// An error or close event of a WebSocket.
function isConnectionEvent({ type, code }) {
  return type === 'error' || code !== undefined;
}

// A connection can break without a close event, for example when a laptop sleeps: the client then connects again.
function createClient(url, headers, stream) {
  let timer;
  let attempts = 0;
  const endUnanswered = () => (timer = setTimeout(() => client.terminate(), ANSWER_MS));
  const stopTimer = () => clearTimeout(timer);
  const client = graphqlWs.createClient({
    url,
    connectionParams: headers,
    keepAlive: PING_MS,
    lazyCloseTimeout: CLOSE_MS,
    retryAttempts: Infinity,
    // The client gives up by default if a connection is refused, because the error event comes before the close event.
    shouldRetry: (event) => isConnectionEvent(event) && (stream.wasConnected || ++attempts < MAX_FIRST_ATTEMPTS),
    retryWait: (retries) =>
      new Promise((resolve) => setTimeout(resolve, Math.min(1_000 * 2 ** retries, MAX_RETRY_MS) * (0.5 + Math.random()))),
    on: {
      connecting: endUnanswered,
      connected: () => {
        stopTimer();
        stream.wasConnected = true;
        stream.setConnected(true);
      },
      ping: (received) => received || endUnanswered(),
      pong: (received) => received && stopTimer(),
      closed: () => {
        stopTimer();
        stream.setConnected(false);
      },
    },
  });
  return client;
}

// Not an async generator: its return(), called by the stop button, would wait for the next event.
function subscribe(request, headers) {
  const url = endpoint.href.replace(/^http/, 'ws');
  let isOver = false;
  let events;
  let closed;
  const connect = () => {
    const client = createClient(url, headers, stream);
    client.on('opened', () => (closed = new Promise((resolve) => client.on('closed', resolve))));
    events = client.iterate(request);
  };
  // A gateway that stops completes each subscription before it closes the connection. The next gateway continues it.
  const isContinued = async () => (await closed).code === GOING_AWAY && !isOver;
  const stream = {
    wasConnected: false,
    // Called when a connection is made or lost. The panel replaces it.
    setConnected: () => {},
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const next = await events.next();
        if (!next.done || isOver || !(await isContinued())) return next;
      } catch (error) {
        isOver = true;
        return errorResult(error);
      }
      connect();
      return this.next();
    },
    return() {
      isOver = true;
      return events.return();
    },
  };
  connect();
  return stream;
}

const NO_CONNECTION =
  'Expected a WebSocket connection, got none in ' + MAX_FIRST_ATTEMPTS + ' attempts. ' +
  'Check that the gateway runs, and that proxies before it forward WebSockets. Then run the subscription again.';

// GraphiQL would show the stack of an error that is thrown.
function errorResult(error) {
  if (Array.isArray(error)) return { done: false, value: { errors: error } };
  if (!isConnectionEvent(error)) throw error;
  const { code = ABNORMAL_CLOSURE, reason } = error;
  const [, name, message] = /^([A-Z_]+): (.*)$/s.exec(reason) ?? [];
  const isUnreachable = code === ABNORMAL_CLOSURE || code === TERMINATED;
  const text = isUnreachable ? NO_CONNECTION : (message ?? (reason || 'The WebSocket was closed with code ' + code + '.'));
  return { done: false, value: { errors: [{ message: text, extensions: { code: name ?? code } }] } };
}

function fetcher(request, { headers = {} } = {}) {
  const operations = operationsIn(request.query);
  const { type, name } = operations.find((operation) => operation.name === request.operationName) ?? operations[0] ?? {};
  const sent = { ...request, operationName: name };
  const missing = operationsPanel.missingValue(request.variables);
  if (missing) return Promise.resolve({ errors: [{ message: missing, extensions: { code: 'BAD_REQUEST' } }] });
  // A header of the tab takes precedence over the person of all tabs.
  const allHeaders = { ...operationsPanel.headers(), ...headers };
  // GraphiQL would show the stack of an error that is thrown.
  if (type !== 'subscription')
    return post(sent, allHeaders).catch(({ message }) => ({ errors: [{ message: 'The gateway has not answered: ' + message }] }));
  const title = [name ?? 'subscription', operationsPanel.actor()].filter(Boolean).join(', ');
  return operationsPanel.follow(title, subscribe(sent, allHeaders));
}

// The active tab of the last visit. Without it, GraphiQL would open the first example in a further tab.
function lastVisit() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
    return tabs[activeTabIndex];
  } catch {
    return undefined;
  }
}

const asked = new URLSearchParams(location.search);
const linked = asked.has('query') ? { query: asked.get('query'), variables: asked.get('variables') ?? undefined } : undefined;
const defaultTabs = linked ? [linked, ...settings.tabs] : settings.tabs;
const opened = linked ?? lastVisit() ?? defaultTabs[0];
const shouldPersistHeaders = localStorage.getItem('graphiql:shouldPersistHeaders') === 'true';

YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  fetcher,
  defaultTabs,
  query: opened?.query ?? undefined,
  variables: opened?.variables ?? undefined,
  initialHeaders: (shouldPersistHeaders && opened?.headers) || undefined,
  headers: settings.headers || undefined,
  // A token in the headers editor stays out of the browser's storage unless that is enabled in the settings.
  shouldPersistHeaders,
  defaultEditorToolsVisibility: 'variables',
  showPersistHeadersSettings: true,
  onEditQuery: () => {},
  title: 'Workspaces',
  logo: ${JSON.stringify(icon)},
});
`;
