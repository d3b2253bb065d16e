import type { Page } from 'playwright-core';

/** Requests and errors of a page since its start. */
export interface PageObserver {
  /** Hosts of all requests and WebSockets so far. */
  readonly hosts: ReadonlySet<string>;
  /** Uncaught errors, and errors that the browser logged, such as a violation of the content security policy. */
  readonly problems: readonly string[];
}

export function observePage(page: Page): PageObserver {
  const hosts = new Set<string>();
  const problems: string[] = [];
  const remember = ({ protocol, host }: URL) => {
    if (protocol !== 'data:' && protocol !== 'blob:') hosts.add(host);
  };
  page.on('request', (request) => remember(new URL(request.url())));
  page.on('websocket', (socket) => remember(new URL(socket.url())));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return { hosts, problems };
}
