import type { MountedVolumeFragment, WorkspaceDetailsFragment } from '../../__generated__/graphql.ts';

export function VolumesCard({ workspace: { volumes } }: { readonly workspace: WorkspaceDetailsFragment }) {
  const isEmpty = !volumes.home && volumes.data.length === 0 && volumes.secrets.length === 0;
  return (
    <section class="card">
      <h2>Volumes and secrets</h2>
      {isEmpty && <p class="muted">None are mounted: files are lost when the workspace is paused.</p>}
      <ul class="rows">
        {volumes.home && <Volume volume={volumes.home} label="home" />}
        {volumes.data.map((volume) => (
          <Volume key={`${volume.claimName} ${volume.mountPath ?? ''}`} volume={volume} label="data" />
        ))}
        {volumes.secrets.map(({ secretName, mountPath, leftOut }) => (
          <li key={`${secretName} ${mountPath}`}>
            <div class="row-line">
              <strong>{secretName}</strong> <span class="tag">secret</span>
              {leftOut && <LeftOut />}
            </div>
            <code class="muted break">{mountPath}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Volume({ volume, label }: { readonly volume: MountedVolumeFragment; readonly label: string }) {
  const { claimName, mountPath, readOnly, leftOut, claim } = volume;
  const size = claim?.capacity?.quantity ?? claim?.requestedSize?.quantity;
  return (
    <li>
      <div class="row-line">
        <strong>{claimName}</strong> <span class="tag">{label}</span>
        {size && <span class="muted">{size}</span>}
        {readOnly && <span class="tag">read-only</span>}
        {claim && claim.phase !== 'BOUND' && <span class="warning">{claim.phase.toLowerCase()}</span>}
        {leftOut && <LeftOut />}
      </div>
      <code class="muted break">{mountPath}</code>
    </li>
  );
}

function LeftOut() {
  return <span class="warning">not mounted: another volume has this path</span>;
}
