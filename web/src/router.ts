import { computed, signal } from '@preact/signals';

/** URL below which all pages are, with a slash at its end. A proxy may serve the dashboard below any path. */
const base = new URL('.', document.baseURI);

const url = signal(new URL(location.href));

/** Path of the page without a slash at its beginning, such as `workspaces/team-a/nb-1`. */
export const path = computed(() => url.value.pathname.slice(base.pathname.length));

/** Parameters of the page, such as filters. */
export const query = computed(() => url.value.searchParams);

/** Decoded parts of the path. */
export const segments = computed(() => path.value.split('/').map(decoded));

/** Returns the part as it is if it is not encoded correctly: there is no page for it then. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Returns the URL of a file or endpoint of the gateway. */
export function gatewayUrl(file: string): URL {
  return new URL(file.replace(/^\//u, ''), base);
}

/** Shows another page. Its first heading gets the focus, as after a load of the page. The state of its entry is the URL before it. */
export function navigate(to: string): void {
  const { href } = new URL(to, base);
  // As browsers do, so that a person who presses a link twice goes back by one step.
  if (href !== location.href) history.pushState(location.href, '', href);
  showLocation();
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus());
}

/**
 * Shows another page instead of a form, which is left behind in the history: a step back leads to the page before the form. That page
 * may be the other one, with any query.
 */
export function leaveFor(to: string): void {
  const { href } = new URL(to, base);
  if (String(history.state).split('?')[0] === href) return history.back();
  history.replaceState(null, '', href);
  return navigate(href);
}

/** Shows the page before a form, or another one if the form was opened by its address. */
export function leaveBack(otherwise: string): void {
  if (history.state === null) leaveFor(otherwise);
  else history.back();
}

function showLocation(): void {
  url.value = new URL(location.href);
  document.querySelector('main')?.scrollTo(0, 0);
}

/** Changes parameters of the page without an entry in the history. Undefined and empty ones are removed. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const next = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.searchParams.set(name, value);
    else next.searchParams.delete(name);
  }
  if (next.href === location.href) return;
  history.replaceState(null, '', next);
  url.value = next;
}

/** Follows the history, and clicks on links to pages of the dashboard. */
export function startRouter(): void {
  addEventListener('popstate', showLocation);
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || link.target || link.hasAttribute('download') || !isPlain || event.defaultPrevented) return;
    if (link.dataset['page'] === undefined) return;
    event.preventDefault();
    navigate(link.href);
  });
}

/** Returns the path of the page of a workspace. */
export function workspacePath({
  namespaceName,
  name,
}: {
  readonly namespaceName: string;
  readonly name: string;
}): string {
  return `workspaces/${encodeURIComponent(namespaceName)}/${encodeURIComponent(name)}`;
}

/** Returns the path of the page of a namespace. */
export function namespacePath(name: string): string {
  return `namespaces/${encodeURIComponent(name)}`;
}

/** Returns the path of the form that edits a workspace. */
export function editPath(workspace: Parameters<typeof workspacePath>[0]): string {
  return `${workspacePath(workspace)}/edit`;
}

/** Returns the path of the form for a new workspace with its first input. Empty values are left out. */
export function newPath(input: { readonly namespace: string; readonly kind: string }): string {
  return withQuery('create', input);
}

/** Filters of the table in the URL. */
interface TableFilters {
  readonly namespace: string;
  readonly kind?: string;
  /** State in lower case. */
  readonly state?: string;
}

/** Returns the path of the table of workspaces with filters. Empty values are left out. */
export function tablePath(filters: TableFilters): string {
  return withQuery('./', { ...filters });
}

function withQuery(to: string, parameters: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  return text ? `${to}?${text}` : to;
}
