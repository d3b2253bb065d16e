import type { Client } from '../../src/kubernetes/client.ts';
import { keyOf, type ObjectName } from '../../src/kubernetes/object.ts';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import type { WatchEvent } from '../../src/kubernetes/watch-stream.ts';
import { type Fault, FAULT } from '../../dev/demo/annotations.ts';
import { Workspaces, type Workspace } from '../../dev/demo/workspace.ts';

interface WorkspaceOptions {
  readonly kind?: string;
  readonly imageConfig?: string;
  readonly podConfig?: string;
  readonly paused?: boolean;
  readonly fault?: Fault;
}

const TIMEOUT_MS = 60_000;

/** Follows one workspace from before it exists. */
export async function recordWorkspace(client: Client, namespace: string, name: string): Promise<WorkspaceRecorder> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { resourceVersion } = await client.list(Workspaces, { namespace, signal }, () => undefined);
  return new WorkspaceRecorder(client, { namespace, name }, resourceVersion, signal);
}

/** One workspace, and all that was seen of it so far. For tests: every wait ends, after a minute at the latest. */
export class WorkspaceRecorder implements AsyncDisposable {
  readonly #client: Client;
  readonly #at: Required<ObjectName>;
  readonly #signal: AbortSignal;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<never>;
  readonly #objects: Workspace[] = [];
  #isDeleted = false;
  #news = Promise.withResolvers<void>();
  #from = 0;

  constructor(client: Client, at: Required<ObjectName>, resourceVersion: string, signal: AbortSignal) {
    this.#client = client;
    this.#at = at;
    this.#signal = AbortSignal.any([signal, this.#stopping.signal]);
    const watching = client.watch(Workspaces, {
      resourceVersion,
      timeoutSeconds: 2 * (TIMEOUT_MS / 1_000),
      idleTimeoutMs: TIMEOUT_MS,
      signal: this.#signal,
      onEvent: (event) => this.#take(event),
      onMalformed: (error) => this.#news.reject(error),
    });
    this.#watching = watching.then(() => Promise.reject(new Error('The watch has ended')));
    this.#watching.catch(() => undefined); // Whoever waits is told; nobody may be waiting.
  }

  #take(event: WatchEvent<Workspace>): void {
    if (event.type === 'BOOKMARK' || keyOf(event.object.metadata) !== keyOf(this.#at)) return;
    if (event.type === 'DELETED') this.#isDeleted = true;
    else this.#objects.push(event.object);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  async #next(isReached: () => boolean): Promise<void> {
    while (!isReached()) await Promise.race([this.#news.promise, this.#watching]);
  }

  latest(): Workspace {
    const object = this.#objects.at(-1);
    if (!object) throw new Error(`Nothing was seen of ${keyOf(this.#at)}`);
    return object;
  }

  states(): string[] {
    return this.#objects.map(summaryOf).filter((state, i, all) => state !== all[i - 1]);
  }

  /** Waits for something that has not been waited for before. */
  async until(matches: (workspace: Workspace) => boolean): Promise<void> {
    await this.#next(() => this.#objects.slice(this.#from).some(matches));
    this.#from = this.#objects.length;
  }

  async deleted(): Promise<void> {
    await this.#next(() => this.#isDeleted);
  }

  async create(wanted: WorkspaceOptions): Promise<void> {
    const {
      fault,
      paused = false,
      kind = 'jupyterlab',
      imageConfig = 'jupyter-scipy:v1.10.0',
      podConfig = 'tiny_cpu',
    } = wanted;
    const metadata = { name: this.#at.name, annotations: fault === undefined ? {} : { [FAULT]: fault } };
    const spec = { paused, kind, podTemplate: { volumes: {}, options: { imageConfig, podConfig } } };
    const manifest = { apiVersion: apiVersionOf(Workspaces), kind: Workspaces.kind, metadata, spec };
    await this.#client.create(Workspaces, manifest, { namespace: this.#at.namespace ?? '', signal: this.#signal });
  }

  async patch(body: object): Promise<void> {
    await this.#client.patch(Workspaces, this.#at, { type: 'MERGE', body }, { signal: this.#signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#watching.catch(() => undefined); // It ends because we ended it.
  }
}

/** What stands in a workspace, in a few words. */
function summaryOf({ spec, status }: Workspace): string {
  if (!status) return 'no status';
  const isPaused = status.pauseTime > 0;
  const wanted = spec.paused === isPaused ? '' : spec.paused ? ' to be paused' : ' to be started';
  return `${status.state}${wanted || (isPaused ? ' paused' : '')}`;
}
