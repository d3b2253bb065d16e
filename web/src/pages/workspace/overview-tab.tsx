import type { WorkspaceDetailsFragment } from '../../__generated__/graphql.ts';
import { Fact } from '../../components/fact.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { allResourcesOf } from '../../data/resources.ts';
import { durationText, exactTime, now } from '../../data/time.ts';
import { Containers } from './containers.tsx';
import { UsageCard } from './usage-card.tsx';
import { VolumesCard } from './volumes-card.tsx';

export function OverviewTab({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  return (
    <div class="cards">
      <Summary workspace={workspace} />
      <Activity workspace={workspace} />
      <UsageCard workspace={workspace} />
      <Containers workspace={workspace} />
      <VolumesCard workspace={workspace} />
    </div>
  );
}

function Summary({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { kind, kindName, imageConfig, podConfig, audit, metadata, pod } = workspace;
  const size = podConfig.option;
  return (
    <section class="card">
      <h2>Overview</h2>
      <dl>
        <Fact title="Kind">{kind?.displayName ?? `${kindName} (missing)`}</Fact>
        <Fact title="Image">
          {imageConfig.option?.displayName ?? imageConfig.optionId}
          {imageConfig.option?.image && <small class="muted break">{imageConfig.option.image.image}</small>}
        </Fact>
        <Fact title="Size">
          {size?.displayName ?? podConfig.optionId}
          <small class="muted">{size?.pod && allResourcesOf(size.pod)}</small>
        </Fact>
        <Fact title="Node">{pod?.nodeName ?? '–'}</Fact>
        <Fact title="Created">
          <RelativeTime time={audit.createdAt} />
          {audit.createdBy && <small class="muted">by {audit.createdBy}</small>}
        </Fact>
        {audit.updatedAt && (
          <Fact title="Changed">
            <RelativeTime time={audit.updatedAt} />
            {audit.updatedBy && <small class="muted">by {audit.updatedBy}</small>}
          </Fact>
        )}
        <Labels labels={metadata.labels} />
      </dl>
    </section>
  );
}

function Labels({ labels }: { readonly labels: WorkspaceDetailsFragment['metadata']['labels'] }) {
  if (labels.length === 0) return null;
  return (
    <Fact title="Labels">
      <span class="labels">
        {labels.map(({ key, value }) => (
          <code key={key}>
            {key}={value}
          </code>
        ))}
      </span>
    </Fact>
  );
}

function Activity({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { activity, lastRunningAt, pausedAt, state } = workspace;
  const { lastActivityAt, pauseEligibleAt, lastProbe } = activity;
  return (
    <section class="card">
      <h2>Activity</h2>
      <dl>
        <Fact title="Last active">
          <RelativeTime time={lastActivityAt} none="not known" />
        </Fact>
        {lastProbe && (
          <Fact title="Last probe">
            <RelativeTime time={lastProbe.endedAt} />
            <small class="muted">{lastProbe.message || lastProbe.result.toLowerCase()}</small>
          </Fact>
        )}
        {lastRunningAt && state === 'RUNNING' && (
          <Fact title="Running since">
            <RelativeTime time={lastRunningAt} />
          </Fact>
        )}
        {pausedAt && (
          <Fact title="Paused">
            <RelativeTime time={pausedAt} />
          </Fact>
        )}
        <Fact title="Idle rule">
          {state === 'RUNNING' && pauseEligibleAt ? (
            <Countdown since={lastActivityAt} until={pauseEligibleAt} />
          ) : (
            <span class="muted">
              {state === 'RUNNING' ? 'No rule pauses this workspace.' : 'Applies while it runs.'}
            </span>
          )}
        </Fact>
      </dl>
    </section>
  );
}

interface CountdownProps {
  readonly since: string | null;
  readonly until: string;
}

/** Time until the idle rule pauses the workspace, unless it becomes active before. */
function Countdown({ since, until }: CountdownProps) {
  const leftMs = Date.parse(until) - now.value;
  const totalMs = since ? Date.parse(until) - Date.parse(since) : undefined;
  return (
    <>
      <span title={exactTime(until)}>
        {leftMs > 0 ? `Paused in ${durationText(leftMs)} without activity` : 'May be paused at any time'}
      </span>
      {totalMs !== undefined && totalMs > 0 && (
        <meter
          aria-label="Time until the workspace is paused"
          aria-valuetext={durationText(leftMs)}
          min={0}
          max={totalMs}
          value={Math.max(0, leftMs)}
        />
      )}
    </>
  );
}
