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

/** Exceeds the Retry-After of ten seconds that a kube-apiserver sends after its start. */
const PATIENCE_MS = 40_000;

/** The workspaces of a namespace, reconstructed only from subscription events. */
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

  /** Resolves with the next `count` events as `TYPE name`. */
  async next(count: number): Promise<readonly string[]> {
    await this.#until(() => this.#events.length >= this.#read + count);
    return this.#events.slice(this.#read, (this.#read += count));
  }

  /** Resolves with the events up to and including this one. */
  async readTo(event: string): Promise<readonly string[]> {
    await this.#until(() => this.#events.includes(event, this.#read));
    return this.next(this.#events.indexOf(event, this.#read) + 1 - this.#read);
  }

  /** Resolves with the error code at the end of the stream. */
  async endCode(): Promise<unknown> {
    await this.#until(() => this.#end !== undefined);
    const [error] = Array.isArray(this.#end) ? this.#end : [this.#end];
    return error?.extensions?.code ?? error;
  }

  /**
   * Returns differences between the view and the API server that remain after a while, and events that contradict or
   * repeat earlier ones.
   */
  async mistakes(): Promise<readonly string[]> {
    const truth = await this.#truth();
    const differences = () => {
      const held = [...this.#held.values()];
      const lost = truth.filter((content) => !held.includes(content)).map((content) => `lost: ${content}`);
      return [...lost, ...held.filter((content) => !truth.includes(content)).map((content) => `surplus: ${content}`)];
    };
    await waitFor(() => differences().length === 0, 'the view equals the API server').catch(() => undefined);
    return [...this.#contradictions, ...differences()];
  }

  /** All events received so far. */
  get events(): readonly string[] {
    return this.#events;
  }

  /** Evaluates the condition after every event. Rejects when the stream ends or after a timeout. */
  async #until(isSo: () => boolean): Promise<void> {
    const late = setTimeout(
      () => this.#news.reject(new Error(`Expected more events, got only ${this.#eventList()}.`)),
      PATIENCE_MS,
    );
    try {
      while (!isSo()) {
        if (this.#end !== undefined) throw new Error(`The subscription ended after ${this.#eventList()}.`);
        await this.#news.promise;
      }
    } finally {
      clearTimeout(late);
    }
  }

  #eventList(): string {
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
  return type === 'MODIFIED' && held === content ? 'unchanged' : undefined;
}

function contentOf({ name, paused, metadata }: ReceivedWorkspace): string {
  const labels = metadata.labels.map(({ key, value }) => `${key}=${value}`).toSorted();
  return `${name} ${metadata.uid} ${paused ? 'paused' : 'not paused'} ${labels.join(',')}`;
}
