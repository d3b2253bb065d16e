import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import {
  WorkspaceLogDocument,
  type ContainerDetailsFragment,
  type WorkspaceDetailsFragment,
} from '../../__generated__/graphql.ts';
import { Icon } from '../../components/icon.tsx';
import { LiveObject, type LiveState } from '../../data/live-object.ts';
import { useStore } from '../../data/store.ts';
import { downloadText } from './download.ts';
import { LogBuffer } from './log-buffer.ts';

/** The log of a container, followed while it is shown. */
export function LogsTab({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { pod, name } = workspace;
  const container = useSignal('');
  const previous = useSignal(false);
  const isWrapped = useSignal(true);
  const containers = [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])];
  const log = useLog(workspace, container.value, previous.value);
  return (
    <section class="viewer" aria-label="Log">
      <div class="viewer-bar">
        <span class="muted pod-name">{pod ? pod.name : 'no pod'}</span>
        <select
          class="select"
          aria-label="Container"
          value={container.value}
          onChange={({ currentTarget }) => (container.value = currentTarget.value)}
        >
          <option value="">main container</option>
          {containers.map((title) => (
            <option key={title} value={title}>
              {title}
            </option>
          ))}
        </select>
        <Toggle label="Previous run" state={previous} />
        <Toggle label="Wrap" state={isWrapped} />
        <span class="muted" role="status">
          {statusText(workspace, container.value, log?.state)}
        </span>
        <button type="button" class="button" onClick={() => downloadText(`${name}.log`, log?.buffer.text ?? '')}>
          <Icon name="download" /> Download
        </button>
      </div>
      <LogText buffer={log?.buffer} isWrapped={isWrapped.value} />
    </section>
  );
}

function Toggle({ label, state }: { readonly label: string; readonly state: { value: boolean } }) {
  return (
    <label class="toggle">
      <input
        type="checkbox"
        checked={state.value}
        onChange={({ currentTarget }) => {
          state.value = currentTarget.checked;
        }}
      />
      {label}
    </label>
  );
}

function statusText(
  workspace: WorkspaceDetailsFragment,
  container: string,
  state: LiveState<unknown> | undefined,
): string {
  if (!workspace.pod) return 'There is no log without a pod.';
  if (state?.error && state.status !== 'live') return state.error.message;
  if (state?.status !== 'completed') return state?.status === 'live' ? 'Following' : 'Connecting…';
  return hasStarted(statusOf(workspace, container)) ? 'The container has ended.' : 'The container has not started yet.';
}

interface Log {
  readonly buffer: LogBuffer;
  readonly state: LiveState<unknown>;
}

function statusOf({ pod }: WorkspaceDetailsFragment, container: string): ContainerDetailsFragment | undefined {
  const statuses = [...(pod?.containerStatuses ?? []), ...(pod?.initContainerStatuses ?? [])];
  return statuses.find(({ name }) => name === (container || 'main')) ?? statuses[0];
}

function hasStarted(status: ContainerDetailsFragment | undefined): boolean {
  return Boolean(status?.state.startedAt ?? status?.lastTermination) || status?.state.name === 'TERMINATED';
}

/** Returns a text that differs for each run of a container. Before its first run, a container has no log. */
function runOf({ pod }: WorkspaceDetailsFragment, status: ContainerDetailsFragment | undefined): string {
  if (!pod) return '';
  return [pod.name, pod.startedAt, status?.restartCount, hasStarted(status)].join(' ');
}

/** Follows a log. After an interruption it goes on after the last line. Another run of the container starts it anew. */
function useLog(workspace: WorkspaceDetailsFragment, container: string, previous: boolean): Log | undefined {
  const { namespaceName, name } = workspace;
  const { session } = useStore();
  const [log, setLog] = useState<{ readonly buffer: LogBuffer; readonly state: ReadonlySignal<LiveState<unknown>> }>();
  const status = statusOf(workspace, container);
  const run = runOf(workspace, status);
  // The kubelet also ends the log of a container that runs, for example when it is restarted itself.
  const isOver = useRef(true);
  isOver.current = previous || status?.state.name !== 'RUNNING';
  useEffect(() => {
    if (run === '') return setLog(undefined);
    const buffer = new LogBuffer();
    let isResumed = false;
    const live = new LiveObject(session, {
      document: WorkspaceLogDocument,
      isOver: () => isOver.current,
      variables: () => {
        isResumed = buffer.lastTime !== undefined;
        const sinceTime = buffer.lastTime ?? null;
        return { namespace: namespaceName, name, container: container || null, previous, sinceTime };
      },
      onResult: ({ workspaceLogs }) => {
        buffer.add(workspaceLogs, isResumed);
        isResumed = false;
      },
    });
    setLog({ buffer, state: live.state });
    return () => live.stop();
  }, [session, namespaceName, name, container, previous, run]);
  return log && { buffer: log.buffer, state: log.state.value };
}

/** Distance from the end, in pixels, within which new lines keep the end in view. */
const NEAR_END = 40;

function LogText({ buffer, isWrapped }: { readonly buffer: LogBuffer | undefined; readonly isWrapped: boolean }) {
  const ref = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const blocks = buffer?.blocks.value ?? [];
  useLayoutEffect(() => {
    const element = ref.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [blocks, isWrapped]);
  return (
    <div
      ref={ref}
      class="viewer-text log"
      data-wrapped={isWrapped}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard has to reach it
      tabIndex={0}
      role="group"
      aria-label="Lines of the log"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
    >
      {blocks.length === 0 && <span class="muted">No lines yet.</span>}
      {blocks.map(({ id, lines }) => (
        <pre key={id}>{lines.join('\n')}</pre>
      ))}
    </div>
  );
}
