import { signal, type ReadonlySignal } from '@preact/signals';
import { CreationRightDocument, CreationRightsDocument } from '../__generated__/graphql.ts';
import { forEachConcurrently } from './concurrency.ts';
import type { Session } from './session.ts';

/** Namespaces in which the viewer may create workspaces. */
export interface CreationRights {
  /** Names of the namespaces, sorted. Undefined until they are known. */
  readonly namespaces: ReadonlySignal<readonly string[] | undefined>;
  /** Requests them, again after each failure, unless the last request was less than {@link FRESH_MS} ago. */
  readonly load: () => void;
  readonly dispose: () => void;
}

/** Time to live of the result. Roles change seldom, and each namespace is a request to the cluster. */
const FRESH_MS = 30_000;
/** Time after which a failed request is sent again. */
const RETRY_MS = 5_000;
/** Requests that are sent at a time. */
const CONCURRENCY = 6;

export function createCreationRights(session: Session): CreationRights {
  const namespaces = signal<readonly string[] | undefined>(undefined);
  const ending = new AbortController();
  let loadedAt = Number.NEGATIVE_INFINITY;
  const load = () => {
    if (performance.now() - loadedAt < FRESH_MS) return;
    loadedAt = performance.now();
    request(session, ending.signal).then(
      (names) => (namespaces.value = names),
      () => {
        loadedAt = Number.NEGATIVE_INFINITY;
        if (!ending.signal.aborted) setTimeout(load, RETRY_MS);
      },
    );
  };
  return { namespaces, load, dispose: () => ending.abort() };
}

async function request(session: Session, signalOfEnd: AbortSignal): Promise<readonly string[]> {
  const { viewer, namespaces } = await session.request(CreationRightsDocument, {}, signalOfEnd);
  const names = namespaces.nodes.map(({ name }) => name).sort();
  if (viewer.canCreate) return names;
  const allowed: string[] = [];
  await forEachConcurrently(names, CONCURRENCY, async (namespace) => {
    const answer = await session.request(CreationRightDocument, { namespace }, signalOfEnd);
    if (answer.viewer.canCreate) allowed.push(namespace);
  });
  return allowed.sort();
}
