import { FleetNodesDocument, type FleetNodesQuery } from '../../__generated__/graphql.ts';
import { Share } from '../../components/share.tsx';
import { usePolled } from '../../data/use-polled.ts';
import { numberText } from '../../data/resources.ts';
import { columns } from './amounts.ts';

type ClusterNode = FleetNodesQuery['clusterNodes']['nodes'][number];

/** Bound of the table, by name. */
const MAX_NODES = 200;

/** Nodes of the cluster, with the requests of all pods on them. */
export function Nodes() {
  const { data, error } = usePolled(FleetNodesDocument, { first: MAX_NODES });
  const { totalCount, nodes = [] } = data?.clusterNodes ?? {};
  return (
    <section class="card wide" tabIndex={0} aria-labelledby="nodes" aria-busy={!data && !error}>
      <h2 id="nodes">Nodes</h2>
      {error !== undefined && <p class="muted">{error}</p>}
      {nodes.length > 0 && (
        <table class="plain-table totals">
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col" class="number">
                Workspaces
              </th>
              {columns.map(({ title }) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <NodeRow key={node.id} node={node} />
            ))}
          </tbody>
        </table>
      )}
      {totalCount !== undefined && totalCount > nodes.length && (
        <p class="muted">
          The first {numberText(nodes.length)} of {numberText(totalCount)} nodes.
        </p>
      )}
    </section>
  );
}

function NodeRow({
  node: { name, ready, unschedulable, allocatable, requested, workspaces },
}: {
  readonly node: ClusterNode;
}) {
  return (
    <tr>
      <th scope="row">
        {name} {!ready && <span class="tag warning">not ready</span>}{' '}
        {unschedulable && <span class="tag">cordoned</span>}
      </th>
      <td class="number">{numberText(workspaces.totalCount)}</td>
      {columns.map(({ title, of, text }) => (
        <td key={title} class="number">
          <Share title={`${title} of ${name}`} used={requested && of(requested)} hard={of(allocatable)} text={text} />
        </td>
      ))}
    </tr>
  );
}
