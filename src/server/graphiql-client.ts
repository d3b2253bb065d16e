import { logo } from './graphiql-page.ts';

/**
 * The script that starts GraphiQL in the browser. Queries go over HTTP, subscriptions over a WebSocket to the page's own URL; the
 * headers editor's content goes with both, as HTTP headers and as the payload of `connection_init`.
 */
export const clientScript = `'use strict';
const settings = JSON.parse(document.getElementById('settings').textContent);
const endpoint = new URL(location.pathname, location.href);

self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (moduleId, label) => new URL(settings.workerUrls[label], location.href).href,
};

// The editor's own analysis of the text lags behind a changed tab, so a quick hand would send a subscription as a query.
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

// Not a generator: one that waits for the next event would hear of the stop button only with that event.
function subscribe(request, headers) {
  const url = endpoint.href.replace(/^http/, 'ws');
  const events = graphqlWs.createClient({ url, connectionParams: headers }).iterate(request);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => events.next().catch(refuse),
    return: () => events.return(),
  };
}

function refuse(problem) {
  throw problem?.code ? new Error('The WebSocket was closed: ' + problem.code + ' ' + problem.reason) : problem;
}

function fetcher(request, { headers = {} } = {}) {
  const operations = operationsIn(request.query);
  const { type, name } = operations.find((operation) => operation.name === request.operationName) ?? operations[0] ?? {};
  const sent = { ...request, operationName: name };
  return type === 'subscription' ? subscribe(sent, headers) : post(sent, headers);
}

// What the person left at the last visit. GraphiQL would open it as one more tab if it were not told which tab that is.
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
  // A token in the headers editor stays out of the browser's storage unless the person asks for it in the settings.
  shouldPersistHeaders,
  showPersistHeadersSettings: true,
  onEditQuery: () => {},
  title: 'Workspaces',
  logo: ${JSON.stringify(logo)},
});
`;
