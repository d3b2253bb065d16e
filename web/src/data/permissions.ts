import { signal, type ReadonlySignal } from '@preact/signals';
import { PermissionsDocument } from '../__generated__/graphql.ts';
import type { Session } from './session.ts';

/** Permissions of the viewer for a workspace. */
export interface Permission {
  readonly canUpdate: boolean;
  readonly canDelete: boolean;
}

export interface Permissions {
  /** Permissions by the id of a workspace. An id that was not requested yet is missing. */
  readonly byId: ReadonlySignal<ReadonlyMap<string, Permission>>;
  /** Requests the permissions of the workspaces on the screen, once for each, and again from time to time. */
  readonly watch: (ids: readonly string[]) => void;
  /** Requests them again now, for example because an action was refused. */
  readonly refresh: () => void;
  readonly dispose: () => void;
}

/** Time in which requests for further workspaces are collected, for example while a person scrolls. */
const COLLECT_MS = 60;
/** Interval of requests for the workspaces on the screen, because permissions may change. */
const REFRESH_MS = 10_000;
/** Workspaces of one request. */
const BATCH = 100;

/** Returns the permissions of a session. They hold the workspaces on the screen only, so they have a bound. */
export function createPermissions(session: Session): Permissions {
  const byId = signal<ReadonlyMap<string, Permission>>(new Map());
  const ending = new AbortController();
  let watched: readonly string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const load = async (ids: readonly string[]) => {
    const { nodes } = await session.request(PermissionsDocument, { ids: [...ids] }, ending.signal);
    const loaded = nodes.flatMap((node) =>
      node && 'canUpdate' in node ? [[node.id, { canUpdate: node.canUpdate, canDelete: node.canDelete }] as const] : [],
    );
    const kept = [...byId.value].filter(([id]) => watched.includes(id) && !ids.includes(id));
    byId.value = new Map([...kept, ...loaded]);
  };
  const run = (ids: readonly string[]) => {
    for (let begin = 0; begin < ids.length; begin += BATCH)
      // A failure leaves actions disabled; the next refresh tries again.
      load(ids.slice(begin, begin + BATCH)).catch(() => undefined);
  };
  const refresh = () => run(watched);
  const interval = setInterval(() => {
    if (!document.hidden) refresh();
  }, REFRESH_MS);
  return {
    byId,
    refresh,
    watch: (ids) => {
      watched = ids;
      clearTimeout(timer);
      timer = setTimeout(() => run(watched.filter((id) => !byId.value.has(id))), COLLECT_MS);
    },
    dispose: () => {
      ending.abort();
      clearTimeout(timer);
      clearInterval(interval);
    },
  };
}

/** Returns the reason for which an action is not offered. An empty namespace stands for all that the viewer may see. */
export function deniedText(verb: 'create' | 'update' | 'delete', namespace: string): string {
  return `The cluster does not allow you to ${verb} workspaces in ${namespace || 'any namespace that you may see'}.`;
}
