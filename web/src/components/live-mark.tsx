import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ListState } from '../../../client/src/index.ts';
import { now, agoText } from '../data/time.ts';
import { useStore } from '../data/store.ts';

/** Time after which rows that are not updated are called stale. */
const STALE_MS = 15_000;

const lastLiveAt = signal(Date.now());

type Mark = 'connecting' | 'live' | 'reconnecting' | 'stale' | 'denied';

const labels: Readonly<Record<Mark, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  stale: 'Stale',
  denied: 'No access',
};

function markOf(
  status: ListState<unknown>['status'],
  { isOld, isDenied }: { readonly isOld: boolean; readonly isDenied: boolean },
): Mark {
  if (status === 'live' || status === 'connecting') return status;
  if (status === 'failed') return isDenied ? 'denied' : 'stale';
  return isOld ? 'stale' : 'reconnecting';
}

/** State of the live list: whether its rows are current. */
export function LiveMark() {
  const { status, error, rows } = useStore().workspaces.state.value;
  useEffect(() => {
    if (status !== 'live') return undefined;
    const note = () => {
      lastLiveAt.value = Date.now();
    };
    note();
    return note; // the clock of a hidden page stands still until the connection is lost
  }, [status, rows, now.value]);
  const age = now.value - lastLiveAt.value;
  const mark = markOf(status, { isOld: age > STALE_MS, isDenied: error?.code === 'FORBIDDEN' });
  const since = agoText(new Date(lastLiveAt.value).toISOString(), now.value);
  const detail =
    mark === 'live' ? 'The rows are those of the cluster.' : (error?.message ?? 'Waiting for the gateway.');
  return (
    <span class="live-mark" data-mark={mark} title={detail}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{labels[mark]}</span>
      {mark === 'stale' && since !== 'now' && <span class="muted">· last update {since}</span>}
    </span>
  );
}
