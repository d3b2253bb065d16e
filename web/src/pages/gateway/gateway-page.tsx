import { GatewayStatusDocument, type GatewayStatusQuery, type KindUpdates } from '../../__generated__/graphql.ts';
import { Fact } from '../../components/fact.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { usePolled } from '../../data/use-polled.ts';
import { numberText } from '../../data/resources.ts';
import { ViewerCard } from './viewer-card.tsx';

type Gateway = GatewayStatusQuery['gateway'];
type ServedKind = Gateway['kinds'][number];

/** Versions, the viewer, and the kinds that the gateway serves with the freshness of their copies. */
export function GatewayPage() {
  const { data, error } = usePolled(GatewayStatusDocument, {});
  return (
    <div class="page details" aria-busy={data === undefined}>
      <PageTitle
        title="Gateway"
        about={
          data
            ? `Version ${data.gateway.version}, with Kubernetes ${data.gateway.kubernetesVersion ?? '(not reached yet)'}`
            : 'Loading…'
        }
      />
      {error !== undefined && (
        <p class="notice" data-state="ERROR" role="alert">
          {error}
        </p>
      )}
      <ViewerCard />
      <ServedKinds kinds={data?.gateway.kinds ?? []} />
      {data?.gateway.live && <Subscriptions live={data.gateway.live} />}
    </div>
  );
}

function ServedKinds({ kinds }: { readonly kinds: readonly ServedKind[] }) {
  return (
    <section class="card served wide" aria-labelledby="served-kinds">
      <h2 id="served-kinds">Served kinds</h2>
      <p class="muted">
        Objects are those that you may read. Times of events are shown to people who may list a kind in all namespaces.
      </p>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Copy</th>
            <th scope="col" class="number">
              Objects
            </th>
            <th scope="col">Last event</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <KindRow key={`${kind.group}/${kind.kind}`} kind={kind} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function KindRow({ kind }: { readonly kind: ServedKind }) {
  const { state, text, hint } = freshnessOf(kind);
  return (
    <tr>
      <th scope="row">
        {kind.kind}
        <small class="muted break">{[kind.group, kind.version].filter(Boolean).join('/')}</small>
      </th>
      <td>
        <span class="badge" data-state={state}>
          {text}
        </span>
        <small class="muted">{hint}</small>
      </td>
      <td class="number">{kind.synced ? numberText(kind.objects) : '–'}</td>
      <td>
        <RelativeTime time={kind.lastEventAt} />
      </td>
    </tr>
  );
}

interface Freshness {
  /** State of a workspace with the same color. */
  readonly state: 'RUNNING' | 'PENDING' | 'PAUSED' | 'ERROR';
  readonly text: string;
  readonly hint: string;
}

const sources: Readonly<Record<KindUpdates, Freshness>> = {
  WATCHED: { state: 'RUNNING', text: 'Live', hint: 'Each change arrives through a watch.' },
  POLLED: { state: 'RUNNING', text: 'Polled', hint: 'Listed every 10 seconds: the cluster has no watch for it.' },
  ON_DEMAND: { state: 'PAUSED', text: 'On demand', hint: 'Its watch starts with the next query.' },
  LIVE_READS: { state: 'PAUSED', text: 'Not cached', hint: 'Each query reads it from the API server.' },
};

function freshnessOf({ available, synced, updates }: ServedKind): Freshness {
  if (!available) return { state: 'ERROR', text: 'Unavailable', hint: 'The cluster does not serve it.' };
  const isCopied = updates === 'WATCHED' || updates === 'POLLED';
  if (isCopied && !synced) return { state: 'PENDING', text: 'Loading', hint: 'The first list is not complete.' };
  return sources[updates];
}

function Subscriptions({ live }: { readonly live: NonNullable<Gateway['live']> }) {
  const facts = [
    ['Subscriptions', live.subscribers],
    ['Shared by operation', live.sharedSubscriptions],
    ['Events sent', live.events],
    ['States that slow clients left out', live.coalesced],
    ['Connections closed as too slow', live.slowCloses],
  ] as const;
  return (
    <section class="card" aria-labelledby="subscriptions">
      <h2 id="subscriptions">Subscriptions of all people</h2>
      <dl class="wide-facts">
        {facts.map(([title, value]) => (
          <Fact key={title} title={title}>
            {numberText(value)}
          </Fact>
        ))}
      </dl>
    </section>
  );
}
