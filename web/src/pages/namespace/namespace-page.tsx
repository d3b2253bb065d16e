import { NamespaceQuotasDocument, type NamespaceQuotasQuery } from '../../__generated__/graphql.ts';
import { BackLink } from '../../components/back-link.tsx';
import { Fact } from '../../components/fact.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Share } from '../../components/share.tsx';
import { usePolled } from '../../data/use-polled.ts';
import { tablePath } from '../../router.ts';
import { textOf } from '../fleet/amounts.ts';
import { Totals, TotalsChoices } from '../fleet/totals.tsx';
import { NewButton } from '../workspaces/new-button.tsx';

type Limited = NonNullable<NamespaceQuotasQuery['namespace']>;
type Quota = Limited['resourceQuotas'][number];
type Limits = Limited['limitRanges'][number];

/** Requests and idle share of the workspaces in a namespace, and its quotas. */
export function NamespacePage({ name }: { readonly name: string }) {
  const { data, error } = usePolled(NamespaceQuotasDocument, { name });
  const quotas = data?.namespace?.resourceQuotas;
  return (
    <div class="page details">
      <BackLink to="namespaces">All namespaces</BackLink>
      <PageTitle title={name} about={aboutOf(data?.namespace)}>
        <TotalsChoices namespace={name} />
        <a class="button" href={tablePath({ namespace: name })} data-page>
          Show workspaces
        </a>
        <NewButton namespace={name} kind="" />
      </PageTitle>
      <Totals namespace={name}>
        <section class="card" aria-labelledby="quotas" aria-busy={!data && !error}>
          <h2 id="quotas">Quotas and limits</h2>
          {error !== undefined && <p class="muted">{error}</p>}
          {quotas?.length === 0 && <p class="muted">There is no quota that you may see.</p>}
          {quotas?.map((quota) => (
            <QuotaView key={quota.id} quota={quota} />
          ))}
          {data?.namespace?.limitRanges.map((limits) => (
            <LimitsView key={limits.id} limits={limits} />
          ))}
        </section>
      </Totals>
    </div>
  );
}

/** @param namespace undefined until it is loaded */
function aboutOf(namespace: Limited | null | undefined): string {
  if (namespace === null) return 'There is no such namespace, or you may not see it.';
  return namespace?.phase === 'TERMINATING'
    ? 'The namespace is being deleted.'
    : 'Workspaces and quotas of the namespace.';
}

function QuotaView({ quota: { name, scopes, items } }: { readonly quota: Quota }) {
  return (
    <>
      <h3>
        {name}{' '}
        {scopes.map((scope) => (
          <span key={scope} class="tag">
            {scope}
          </span>
        ))}
      </h3>
      <dl class="tiles">
        {items.map(({ resource, hard, used }) => (
          <Fact key={resource} title={resource}>
            <Share title={resource} used={used.value} hard={hard.value} text={textOf(resource)} />
          </Fact>
        ))}
      </dl>
    </>
  );
}

const bounds = [
  ['min', 'At least'],
  ['max', 'At most'],
  ['defaultRequest', 'Default request'],
  ['default', 'Default limit'],
] as const;

function LimitsView({ limits: { name, items } }: { readonly limits: Limits }) {
  return (
    <>
      <h3>{name}</h3>
      {items.map((item) => (
        <p key={item.type}>
          <span class="tag">{item.type.toLowerCase()}</span>
          {bounds.map(([key, title]) =>
            item[key].map(({ resource, quantity }) => (
              <small key={key + resource}>
                {' '}
                {title} {quantity} {resource}.
              </small>
            )),
          )}
        </p>
      ))}
    </>
  );
}
