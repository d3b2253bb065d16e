import { useEffect, useState } from 'preact/hooks';
import {
  WorkspaceUsageDocument,
  type UsageUnavailableReason,
  type WorkspaceUsageQuery,
  type WorkspaceDetailsFragment,
} from '../../__generated__/graphql.ts';
import { startPolling } from '../../data/polling.ts';
import { bytesText } from '../../data/resources.ts';
import { useStore } from '../../data/store.ts';

const POLL_MS = 15_000;
/** Bound of samples: those of ten minutes. */
const MAX_SAMPLES = 40;

interface Sample {
  readonly cpu: number;
  readonly memory: number;
  /** Load of the GPUs in percent. Null if it is not known. */
  readonly gpu: number | null;
}

type Usage = NonNullable<WorkspaceUsageQuery['workspace']>['usage'];

const reasons: Readonly<Record<UsageUnavailableReason, string>> = {
  METRICS_API_NOT_AVAILABLE: 'The cluster does not measure usage.',
  NOT_MEASURED_YET: 'The usage has not been measured yet.',
  NOT_PERMITTED: 'The cluster does not allow you to see the usage of pods.',
  WORKSPACE_NOT_RUNNING: 'The workspace is not running.',
};

/** CPU and memory of the last minutes, measured while the page is shown. */
export function UsageCard({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { samples, reason } = useSamples(workspace);
  const last = samples.at(-1);
  const { limits = [], requests = [] } = workspace.podConfig.option?.pod ?? {};
  const expected = (resource: string) => [...limits, ...requests].find((amount) => amount.resource === resource)?.value;
  return (
    <section class="card">
      <h2>Usage</h2>
      {last ? (
        <div class="usage">
          <Meter
            title="CPU"
            text={`${last.cpu.toFixed(2)} cores`}
            values={samples.map(({ cpu }) => cpu)}
            limit={expected('cpu')}
            format={(value) => `${value} cores`}
          />
          <Meter
            title="Memory"
            text={bytesText(last.memory)}
            values={samples.map(({ memory }) => memory)}
            limit={expected('memory')}
            format={bytesText}
          />
          {last.gpu !== null && (
            <Meter
              title="GPU"
              text={`${Math.round(last.gpu)} %`}
              values={samples.map(({ gpu }) => gpu ?? 0)}
              limit={100}
              format={(value) => `${value} %`}
            />
          )}
        </div>
      ) : (
        <p class="muted">{reason ?? 'Measuring…'}</p>
      )}
    </section>
  );
}

function useSamples({ namespaceName, name, state }: WorkspaceDetailsFragment) {
  const { session } = useStore();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [reason, setReason] = useState<string>();
  useEffect(() => {
    const measure = async (signal: AbortSignal) => {
      const { workspace } = await session.request(WorkspaceUsageDocument, { namespace: namespaceName, name }, signal);
      const sample = workspace ? sampleOf(workspace.usage) : undefined;
      if (sample) setSamples((known) => [...known, sample].slice(-MAX_SAMPLES));
      else setSamples([]);
      setReason(workspace?.usage.reason ? reasons[workspace.usage.reason] : undefined);
    };
    const ignore = () => undefined; // the next poll tries again
    return startPolling((signal) => measure(signal).catch(ignore), POLL_MS);
  }, [session, namespaceName, name, state]);
  return { samples, reason };
}

function sampleOf({ available, cpu, memory, gpu }: Usage): Sample | undefined {
  return available ? { cpu: cpu?.value ?? 0, memory: memory?.value ?? 0, gpu: gpu?.percent ?? null } : undefined;
}

interface MeterProps {
  readonly title: string;
  readonly text: string;
  readonly values: readonly number[];
  readonly limit: number | undefined;
  readonly format: (value: number) => string;
}

const WIDTH = 200;
const HEIGHT = 44;

function Meter({ title, text, values: measured, limit, format }: MeterProps) {
  // A single value is shown as a short line.
  const values = measured.length === 1 ? [...measured, ...measured] : measured;
  const max = Math.max(limit ?? 0, ...values, Number.MIN_VALUE);
  const x = (index: number) => WIDTH - (values.length - 1 - index) * (WIDTH / (MAX_SAMPLES - 1));
  const y = (value: number) => HEIGHT - 2 - (value / max) * (HEIGHT - 4);
  const line = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <div>
      <div class="usage-head">
        <span class="muted">{title}</span>
        <strong>{text}</strong>
        {limit !== undefined && <span class="muted">of {format(limit)}</span>}
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <polygon points={`${x(0)},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
        <polyline points={line} />
      </svg>
    </div>
  );
}
