import type { Subscription, TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import type { TestNamespace } from './test-namespace.ts';

interface ReceivedWorkspace {
  readonly name: string;
  readonly paused: boolean;
  readonly metadata: { readonly uid: string; readonly labels: readonly { key: string; value: string }[] };
}

interface Events {
  readonly workspaces: { readonly type: string; readonly object: ReceivedWorkspace | null };
}

const FOLLOW = `subscription ($namespace: String!, $filter: WorkspaceFilter) {
  workspaces(namespace: $namespace, filter: $filter) {
    type object { name paused metadata { uid labels { key value } } }
  }
}`;

/** A real API server asks its clients to stay away for ten seconds after it has begun. */
const PATIENCE_MS = 40_000;

/** What a client makes of the workspaces of a namespace from nothing but the events that it is told. */
export class ReconstructedView {
  readonly #team: TestNamespace;
  readonly #held = new Map<string, string>();
  readonly #events: string[] = [];
  readonly #contradictions: string[] = [];
  #news = Promise.withResolvers<void>();
  #read = 0;
  #end: unknown;

  static follow(gateway: TestGateway, team: TestNamespace, filter: object | null = null): ReconstructedView {
    const view = new ReconstructedView(team);
    void view.#pump(gateway.subscribe<Events>(FOLLOW, { namespace: team.name, filter }));
    return view;
  }

  private constructor(team: TestNamespace) {
    this.#team = team;
  }

  /** The next so many events as `TYPE name`, once they have come. */
  async next(count: number): Promise<readonly string[]> {
    await this.#until(() => this.#events.length >= this.#read + count);
    return this.#events.slice(this.#read, (this.#read += count));
  }

  /** Reads all up to an event, once it has come. */
  async readTo(event: string): Promise<readonly string[]> {
    await this.#until(() => this.#events.includes(event, this.#read));
    return this.next(this.#events.indexOf(event, this.#read) + 1 - this.#read);
  }

  /** The code of the error with which the stream ends, once it has. */
  async endCode(): Promise<unknown> {
    await this.#until(() => this.#end !== undefined);
    const [error] = Array.isArray(this.#end) ? this.#end : [this.#end];
    return error?.extensions?.code ?? error;
  }

  /**
   * What was lost or doubled: where what is held is not what the API server has, even after some waiting, and where an
   * event contradicts those before it or repeats what they have told.
   */
  async mistakes(): Promise<readonly string[]> {
    const truth = await this.#truth();
    const differences = () => {
      const held = [...this.#held.values()];
      const lost = truth.filter((content) => !held.includes(content)).map((content) => `lost: ${content}`);
      return [...lost, ...held.filter((content) => !truth.includes(content)).map((content) => `surplus: ${content}`)];
    };
    await waitFor(() => differences().length === 0, 'the view is true').catch(() => undefined);
    return [...this.#contradictions, ...differences()];
  }

  /** Every event told so far, read or not. */
  get events(): readonly string[] {
    return this.#events;
  }

  /** Looks again whenever there is news; the end of the stream is the last of it. */
  async #until(isSo: () => boolean): Promise<void> {
    const late = setTimeout(() => this.#news.reject(new Error(`Only ${this.#told()} has come.`)), PATIENCE_MS);
    try {
      while (!isSo()) {
        if (this.#end !== undefined) throw new Error(`The subscription has ended after ${this.#told()}.`);
        await this.#news.promise;
      }
    } finally {
      clearTimeout(late);
    }
  }

  #told(): string {
    return `[${this.#events.join(', ')}]`;
  }

  #tellNews(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  async #pump(stream: Subscription<Events>): Promise<void> {
    try {
      for await (const { data, errors } of stream) {
        if (!data) throw errors;
        this.#take(data.workspaces);
        this.#tellNews();
      }
      this.#end = 'complete';
    } catch (error) {
      this.#end = error;
    }
    this.#tellNews();
  }

  #take({ type, object }: Events['workspaces']): void {
    this.#events.push(object ? `${type} ${object.name}` : type);
    if (type === 'RESET') this.#held.clear();
    if (!object) return;
    const { uid } = object.metadata;
    const content = contentOf(object);
    const contradiction = contradictionOf(type, this.#held.get(uid), content);
    if (contradiction) this.#contradictions.push(`${type} ${content}, which is ${contradiction}`);
    if (type === 'DELETED') this.#held.delete(uid);
    else this.#held.set(uid, content);
  }

  async #truth(): Promise<readonly string[]> {
    const { items = [] } = (await this.#team.api.get(this.#team.workspaces)).body;
    const objects = items.map(({ metadata, spec }) => ({
      name: metadata?.name ?? '',
      paused: spec?.['paused'] === true,
      metadata: {
        uid: metadata?.uid ?? '',
        labels: Object.entries(metadata?.labels ?? {}).map(([key, value]) => ({ key, value })),
      },
    }));
    return objects.map(contentOf);
  }
}

function contradictionOf(type: string, held: string | undefined, content: string): string | undefined {
  if (type === 'ADDED') return held === undefined ? undefined : 'held already';
  if (held === undefined) return 'not held';
  return type === 'MODIFIED' && held === content ? 'what was told before' : undefined;
}

function contentOf({ name, paused, metadata }: ReceivedWorkspace): string {
  const labels = metadata.labels.map(({ key, value }) => `${key}=${value}`).toSorted();
  return `${name} ${metadata.uid} ${paused ? 'paused' : 'not paused'} ${labels.join(',')}`;
}
