import { request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Subject } from './rbac-model.ts';

/** A user with a token. */
export interface TestUser extends Subject {
  readonly token: string;
}

/** Authentication mode of a gateway. */
export type AuthenticationMode = 'token' | 'header';

/** Returns a user of these groups and `system:authenticated`. */
export function testUser(name: string, ...groups: readonly string[]): TestUser {
  return { name, groups: [...groups, 'system:authenticated'], token: `token-of-${name}` };
}

/** A GraphQL response. */
export interface Reply {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** A client of one user at one gateway. */
export class Caller implements AsyncDisposable {
  readonly user: TestUser;
  readonly mode: AuthenticationMode;
  readonly #url: () => string;
  #client: Client | undefined;

  constructor(who: TestUser, { mode, url }: { readonly mode: AuthenticationMode; readonly url: () => string }) {
    this.user = who;
    this.mode = mode;
    this.#url = url;
  }

  get title(): string {
    return `${this.user.name} by ${this.mode}`;
  }

  async ask(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const headers = { 'content-type': 'application/json', ...this.#headers() };
    const asking = request(this.#url(), { method: 'POST', headers }, (response) => {
      text(response).then((body) => resolve(JSON.parse(body) as Reply), reject);
    });
    asking.once('error', reject);
    asking.end(JSON.stringify({ query, variables }));
    return promise;
  }

  /** Subscribes over WebSocket. */
  follow(query: string, variables: Readonly<Record<string, unknown>> = {}): AsyncIterableIterator<Reply> {
    this.#client ??= this.#connect();
    return this.#client.iterate({ query, variables }) as AsyncIterableIterator<Reply>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.dispose();
  }

  /** Returns one header per group, which `fetch` does not support. */
  #headers(): OutgoingHttpHeaders {
    const { name, groups, token } = this.user;
    if (this.mode === 'token') return { authorization: `Bearer ${token}` };
    return { 'kubeflow-userid': name, 'kubeflow-groups': [...groups] };
  }

  #connect(): Client {
    const headers = this.#headers();
    const byHeader = class extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, { headers });
      }
    };
    return createClient({
      url: this.#url().replace('http', 'ws'),
      retryAttempts: 0,
      ...(this.mode === 'token'
        ? { webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${this.user.token}` } }
        : { webSocketImpl: byHeader }),
    });
  }
}
