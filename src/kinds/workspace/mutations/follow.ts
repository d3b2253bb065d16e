import { compareVersions } from '../../../kubernetes/object.ts';
import type { ScopedLister } from '../../../viewer-client/scoped-lister.ts';
import type { WorkspaceObject } from '../resource.ts';

/** Bound of the versions that wait for a decision. Beyond it, the oldest are skipped. */
const MAX_PENDING_VERSIONS = 100;

interface FollowOptions<D> {
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Called with each version in order, one at a time. A decision other than undefined ends the wait. */
  readonly decide: (version: WorkspaceObject) => Promise<D | undefined> | D | undefined;
}

interface Followed<D> {
  /** Last version, also of a deleted workspace. */
  readonly workspace: WorkspaceObject;
  readonly exists: boolean;
  /** Undefined if the workspace was deleted first, the time has passed, or the signal was aborted. */
  readonly decision: D | undefined;
}

/**
 * Follows one workspace, by its uid, from the given version on, until there is a decision or it is deleted.
 * @throws {Error} if workspaces can no longer be watched
 */
export async function followWorkspace<D>(
  objects: ScopedLister<WorkspaceObject>,
  from: WorkspaceObject,
  { timeoutSeconds, signal, decide }: FollowOptions<D>,
): Promise<Followed<D>> {
  using versions = new Versions(objects, from);
  const ended = Promise.withResolvers<undefined>();
  let isOver = false;
  const end = () => {
    isOver = true;
    ended.resolve(undefined);
  };
  // Not AbortSignal.timeout, which would be kept until its time even if the wait ends before.
  const timer = setTimeout(end, timeoutSeconds * 1_000).unref();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    for (;;) {
      const version = versions.take();
      if (version) {
        const decision = await Promise.race([decide(version), ended.promise]);
        if (decision !== undefined) return { workspace: version, exists: versions.exists, decision };
      } else {
        if (!versions.exists || isOver)
          return { workspace: versions.last, exists: versions.exists, decision: undefined };
        await Promise.race([versions.changed(), ended.promise]);
      }
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** Versions of one workspace that have not been taken yet. */
class Versions implements Disposable {
  readonly #pending: WorkspaceObject[] = [];
  readonly #removeHandler: () => void;
  #last: WorkspaceObject;
  #exists = true;
  #failure: Error | undefined;
  #change = Promise.withResolvers<void>();

  constructor(objects: ScopedLister<WorkspaceObject>, from: WorkspaceObject) {
    const { uid, resourceVersion } = from.metadata;
    const read = () => {
      const stored = objects.withUid(uid);
      // The store is behind the write while it has an earlier workspace of this name.
      const isBehind = compareVersions(objects.version, resourceVersion) < 0;
      this.#add(stored ?? (isBehind ? from : undefined));
    };
    this.#last = from;
    read();
    this.#removeHandler = objects.addEventHandler({
      changed: ({ after, last }) => {
        if (last.metadata.uid === uid) this.#add(after, last);
      },
      reset: read,
      failed: (error) => {
        this.#failure = error;
        this.#change.resolve();
      },
    });
  }

  get exists(): boolean {
    return this.#exists;
  }

  get last(): WorkspaceObject {
    return this.#last;
  }

  /** Returns the next version. Throws the error that ended the watch. */
  take(): WorkspaceObject | undefined {
    if (this.#failure) throw this.#failure;
    return this.#pending.shift();
  }

  /** Resolves when there is something to take, or the workspace is deleted. */
  async changed(): Promise<void> {
    await this.#change.promise;
    this.#change = Promise.withResolvers();
  }

  #add(version: WorkspaceObject | undefined, last: WorkspaceObject = version ?? this.#last): void {
    this.#last = last;
    if (version) this.#pending.push(version);
    else this.#exists = false;
    if (this.#pending.length > MAX_PENDING_VERSIONS) this.#pending.shift();
    this.#change.resolve();
  }

  [Symbol.dispose](): void {
    this.#removeHandler();
  }
}
