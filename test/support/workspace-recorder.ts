import type { Client } from '../../src/kubernetes/client.ts';
import { keyOf, type ObjectName } from '../../src/kubernetes/object.ts';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import type { WatchEvent } from '../../src/kubernetes/watch-stream.ts';
import { type Fault, FAULT } from '../../dev/demo/annotations.ts';
import { Workspaces, type Workspace, type WorkspaceVolumes } from '../../dev/demo/workspace.ts';

interface WorkspaceOptions {
  readonly kind?: string;
  readonly imageConfig?: string;
  readonly podConfig?: string;
  readonly paused?: boolean;
  readonly fault?: Fault;
  readonly volumes?: WorkspaceVolumes;
}

const TIMEOUT_MS = 60_000;

/** Starts to record the states of a workspace that may not exist yet. */
export async function recordWorkspace(client: Client, namespace: string, name: string): Promise<WorkspaceRecorder> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { resourceVersion } = await client.list(Workspaces, { namespace, signal }, () => undefined);
  return new WorkspaceRecorder(client, { namespace, name }, resourceVersion, signal);
}

/** Records all versions of one workspace from a watch. Every wait rejects after a minute at the latest. */
export class WorkspaceRecorder implements AsyncDisposable {
  readonly #client: Client;
  readonly #at: Required<ObjectName>;
  readonly #signal: AbortSignal;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<never>;
  readonly #objects: Workspace[] = [];
  #isDeleted = false;
  #received = Promise.withResolvers<void>();
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
      onMalformed: (error) => this.#received.reject(error),
    });
    this.#watching = watching.then(() => Promise.reject(new Error(`Watch of ${keyOf(this.#at)} ended`)));
    this.#watching.catch(() => undefined); // Waiting calls get the rejection; there may be none.
  }

  #take(event: WatchEvent<Workspace>): void {
    if (event.type === 'BOOKMARK' || keyOf(event.object.metadata) !== keyOf(this.#at)) return;
    if (event.type === 'DELETED') this.#isDeleted = true;
    else this.#objects.push(event.object);
    this.#received.resolve();
    this.#received = Promise.withResolvers();
  }

  async #next(isReached: () => boolean): Promise<void> {
    while (!isReached()) await Promise.race([this.#received.promise, this.#watching]);
  }

  latest(): Workspace {
    const object = this.#objects.at(-1);
    if (!object) throw new Error(`Expected ${keyOf(this.#at)}, got no event yet`);
    return object;
  }

  states(): string[] {
    return this.#objects.map(summaryOf).filter((state, i, all) => state !== all[i - 1]);
  }

  /** Resolves when a version matches that arrived after the previous call had resolved. */
  async until(matches: (workspace: Workspace) => boolean): Promise<void> {
    await this.#next(() => this.#objects.slice(this.#from).some(matches));
    this.#from = this.#objects.length;
  }

  async deleted(): Promise<void> {
    await this.#next(() => this.#isDeleted);
  }

  async create(options: WorkspaceOptions): Promise<void> {
    const {
      fault,
      paused = false,
      kind = 'jupyterlab',
      imageConfig = 'jupyter-scipy:v1.10.0',
      podConfig = 'tiny_cpu',
      volumes = {},
    } = options;
    const metadata = { name: this.#at.name, annotations: fault === undefined ? {} : { [FAULT]: fault } };
    const spec = { paused, kind, podTemplate: { volumes, options: { imageConfig, podConfig } } };
    const manifest = { apiVersion: apiVersionOf(Workspaces), kind: Workspaces.kind, metadata, spec };
    await this.#client.create(Workspaces, manifest, { namespace: this.#at.namespace ?? '', signal: this.#signal });
  }

  async patch(body: object): Promise<void> {
    await this.#client.patch(Workspaces, this.#at, { type: 'MERGE', body }, { signal: this.#signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#watching.catch(() => undefined); // Aborted above.
  }
}

/** State of a workspace, with a requested pause or start, and whether it is paused. */
function summaryOf({ spec, status }: Workspace): string {
  if (!status) return 'no status';
  const isPaused = status.pauseTime > 0;
  const request = spec.paused === isPaused ? '' : spec.paused ? ' (pause requested)' : ' (start requested)';
  return `${status.state}${request || (isPaused ? ' paused' : '')}`;
}
