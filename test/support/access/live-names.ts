import { setTimeout as delay } from 'node:timers/promises';
import type { Caller, Reply } from './users.ts';

const SUBSCRIPTION = 'subscription { workspaces { type object { name } } }';
const RETRY_MS = 20;

interface Event {
  readonly type: string;
  readonly object: { readonly name: string } | null;
}

/** Returns the names of the workspaces that a query shows, sorted. Undefined if it fails. */
export async function shownNames(caller: Caller): Promise<readonly string[] | undefined> {
  const { data } = await caller.ask('{ workspaces { nodes { name } } }');
  const workspaces = data?.['workspaces'] as { readonly nodes: readonly { readonly name: string }[] } | undefined;
  return workspaces?.nodes.map(({ name }) => name).toSorted();
}

/** Names of the workspaces that a subscription shows. It subscribes again when it ends, as with FORBIDDEN. */
export class LiveNames implements AsyncDisposable {
  readonly #caller: Caller;
  readonly #names = new Set<string>();
  readonly #running: Promise<void>;
  #stream: AsyncIterator<Reply> | undefined;
  #isStopped = false;

  constructor(caller: Caller) {
    this.#caller = caller;
    this.#running = this.#run();
  }

  /** Sorted. */
  get names(): readonly string[] {
    return [...this.#names].toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#stream?.return?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const stream = this.#caller.follow(SUBSCRIPTION);
        this.#stream = stream;
        for await (const reply of stream) this.#receive(reply);
      } catch {
        // FORBIDDEN when the last permission is revoked; nothing is visible until the next subscription
      }
      this.#names.clear();
      await delay(RETRY_MS);
    }
  }

  #receive({ data }: Reply): void {
    const { type, object } = (data?.['workspaces'] ?? { type: 'RESET', object: null }) as Event;
    if (type === 'RESET') this.#names.clear();
    else if (type === 'DELETED') this.#names.delete(object?.name ?? '');
    else if (object) this.#names.add(object.name);
  }
}
