import { signal } from '@preact/signals';
import {
  DeleteDocument,
  PauseDocument,
  RestartDocument,
  StartDocument,
  type WorkspaceState,
} from '../__generated__/graphql.ts';
import { MAX_NAMES, runBulkAction, type BulkResult } from './bulk-action.ts';
import { forEachConcurrently } from './concurrency.ts';
import { isUncertain, messageOf, RequestError } from './request-error.ts';
import type { Session } from './session.ts';
import type { Store, WorkspaceRow } from './store.ts';

export type Action = 'pause' | 'start' | 'restart' | 'delete';

/** The fields of a workspace that an action needs. */
export type Target = Pick<WorkspaceRow, 'id' | 'name' | 'displayName' | 'namespaceName' | 'metadata'>;

export interface TaskItem {
  readonly target: Target;
  readonly status: 'running' | 'done' | 'failed';
  /** Result or error of a finished item. */
  readonly message: string;
}

/** An action on one or more workspaces, with the result of each. */
export interface Task {
  readonly id: number;
  readonly session: Session;
  /** Name of the person who has started it. Undefined if it was not known yet. */
  readonly user: string | undefined;
  readonly action: Action;
  readonly items: readonly TaskItem[];
}

/** Bound of finished tasks. */
const MAX_TASKS = 5;
/** Single mutations that are sent at a time. Each waits for its result. */
const CONCURRENCY = 8;

/** Tasks of all people who have acted on this page, the newest first. */
export const tasks = signal<readonly Task[]>([]);
let lastId = 0;

export function dismissTask(id: number): void {
  tasks.value = tasks.value.filter((task) => task.id !== id);
}

/** Returns the tasks of the person who acts, also those of an earlier session. */
export function ownTasks({ session, identity }: Store): readonly Task[] {
  const user = identity.value?.viewer.name;
  return tasks.value.filter((task) => task.session === session || (task.user !== undefined && task.user === user));
}

export const verbs: Readonly<
  Record<Action, { readonly title: string; readonly doing: string; readonly done: string }>
> = {
  pause: { title: 'Pause', doing: 'Pausing', done: 'Paused' },
  start: { title: 'Start', doing: 'Starting', done: 'Running' },
  restart: { title: 'Restart', doing: 'Restarting', done: 'Running again' },
  delete: { title: 'Delete', doing: 'Deleting', done: 'Deleted' },
};

/** Performs an action, and shows it as a task until it is dismissed. A task of one workspace ends when its state is observed. */
export function runTask(store: Store, action: Action, targets: readonly Target[]): void {
  const id = ++lastId;
  const items = targets.map((target): TaskItem => ({ target, status: 'running', message: '' }));
  const kept = tasks.value.filter((task, index) => isBusy(task) || index < MAX_TASKS - 1);
  const { session, identity } = store;
  tasks.value = [{ id, session, user: identity.peek()?.viewer.name, action, items }, ...kept];
  let hasFailed = false;
  const finish: Finish = (target, status, message) => {
    hasFailed ||= status === 'failed';
    tasks.value = tasks.value.map((task) =>
      task.id === id
        ? { ...task, items: task.items.map((item) => (item.target === target ? { target, status, message } : item)) }
        : task,
    );
  };
  // Permissions may have changed.
  void perform(store, action, { targets, finish }).then(() => hasFailed && store.permissions.refresh());
}

/** Performs an action on each target. */
function perform(store: Store, action: Action, run: Run): Promise<void> {
  const isBulk = run.targets.length > 1 && (action === 'pause' || action === 'start');
  return isBulk ? runBulk(store, action, run) : runEach(store, action, run);
}

/** Whether a result is missing. */
function isBusy({ items }: Task): boolean {
  return items.some(({ status }) => status === 'running');
}

/** Whether the page still has changes to send: one bulk action for each namespace, or the next single mutations. */
export function isUnsent({ action, items }: Task): boolean {
  const running = items.filter(({ status }) => status === 'running');
  if (action === 'pause' || action === 'start')
    return Map.groupBy(running, ({ target }) => target.namespaceName).size > 1;
  return running.length > CONCURRENCY;
}

type Finish = (target: Target, status: 'done' | 'failed', message: string) => void;

interface Run {
  readonly targets: readonly Target[];
  readonly finish: Finish;
}

async function runEach(store: Store, action: Action, { targets, finish }: Run): Promise<void> {
  await forEachConcurrently(targets, CONCURRENCY, async (target) => {
    try {
      const { isReached, message } = await runOne(store, action, target);
      finish(target, isReached ? 'done' : 'failed', message);
    } catch (error) {
      finish(target, 'failed', failureText(error, action, target));
    }
  });
}

interface Outcome {
  readonly isReached: boolean;
  readonly message: string;
}

async function runOne({ session }: Store, action: Action, { namespaceName, name, metadata }: Target): Promise<Outcome> {
  const variables = { namespace: namespaceName, name };
  if (action === 'delete') {
    const { result } = await session.request(DeleteDocument, { ...variables, uid: metadata.uid });
    const isPending = result?.deletionPending ?? false;
    return {
      isReached: !isPending,
      message: isPending ? 'The deletion was accepted, and has not finished yet.' : verbs.delete.done,
    };
  }
  const documents = { pause: PauseDocument, start: StartDocument, restart: RestartDocument };
  const startedAt = performance.now();
  const { result } = await session.request(documents[action], variables);
  if (result?.stateReached)
    return {
      isReached: true,
      message: `${verbs[action].done} after ${Math.round((performance.now() - startedAt) / 1_000)} s`,
    };
  return { isReached: false, message: missedText(result?.workspace) };
}

function missedText(workspace: { readonly state: WorkspaceState; readonly stateMessage: string } | undefined): string {
  const { state = 'UNKNOWN', stateMessage = '' } = workspace ?? {};
  return `The change was accepted. The state is ${state}${stateMessage ? `: ${stateMessage}` : ', and the time to wait is over.'}`;
}

/** Pauses or starts workspaces as bulk actions of one namespace each. Each workspace has a result. */
async function runBulk({ session }: Store, action: 'pause' | 'start', { targets, finish }: Run): Promise<void> {
  const byNamespace = Map.groupBy(targets, ({ namespaceName }) => namespaceName);
  for (const [namespace, all] of byNamespace)
    for (let begin = 0; begin < all.length; begin += MAX_NAMES) {
      const waiting = new Map(all.slice(begin, begin + MAX_NAMES).map((target) => [target.name, target]));
      let failure: unknown = new Error('Not changed: the gateway has ended the action.');
      const onResult = ({ name, ok, message }: BulkResult) => {
        const target = waiting.get(name);
        if (target) finish(target, ok ? 'done' : 'failed', ok ? 'Accepted' : (message ?? ''));
        waiting.delete(name);
      };
      try {
        await runBulkAction(session, { action, namespace, names: [...waiting.keys()], onResult });
      } catch (error) {
        failure = error;
      }
      for (const target of waiting.values()) finish(target, 'failed', failureText(failure, action, target));
    }
}

function failureText(error: unknown, action: Action, { namespaceName }: Target): string {
  if (error instanceof RequestError && error.code === 'FORBIDDEN')
    return `You may not ${action} workspaces in ${namespaceName} (any more).`;
  return isUncertain(error) ? `${messageOf(error)} The change may have been made.` : messageOf(error);
}
