import type { KindCardsSubscription, NamespaceOffersSubscription } from '../../__generated__/graphql.ts';
import type { RowOf } from '../../../../client/src/index.ts';
import { KindIcon } from '../../components/kind-icon.tsx';
import { Notice } from '../../components/notice.tsx';
import { tablePath } from '../../router.ts';
import { numberText } from '../../data/resources.ts';
import { OptionList } from './option-list.tsx';
import type { WorkspaceCounts } from './workspace-counts.ts';

type KindDetails = RowOf<KindCardsSubscription>;
type OfferingNamespace = RowOf<NamespaceOffersSubscription>;

interface KindCardProps {
  readonly kind: KindDetails;
  /** Name of the chosen namespace. Empty if none is. */
  readonly namespace: string;
  /** Undefined until they are loaded. */
  readonly namespaces: readonly OfferingNamespace[] | undefined;
  /** Undefined until the workspaces are loaded. */
  readonly counts: WorkspaceCounts | undefined;
}

export function KindCard({ kind, namespace, namespaces, counts }: KindCardProps) {
  const { name, description, offer } = kind;
  return (
    <article class="card kind" aria-labelledby={`kind-${name}`}>
      <KindHead kind={kind} namespace={namespace} total={counts?.ofKind(name)} />
      {description && <p>{description}</p>}
      <Reasons kind={kind} namespace={namespace} />
      <div class="option-lists">
        <OptionList
          title="Images"
          options={kind.imageConfigs}
          offered={offer?.imageConfigs}
          defaultId={kind.defaultImageConfig}
          countOf={(id) => counts?.ofOption(name, 'imageConfig', id)}
        />
        <OptionList
          title="Sizes"
          options={kind.podConfigs}
          offered={offer?.podConfigs}
          defaultId={kind.defaultPodConfig}
          countOf={(id) => counts?.ofOption(name, 'podConfig', id)}
        />
      </div>
      {namespace === '' && <OfferedIn name={name} namespaces={namespaces} />}
    </article>
  );
}

interface KindHeadProps extends Pick<KindCardProps, 'kind' | 'namespace'> {
  /** Number of its workspaces. Undefined until they are loaded. */
  readonly total: number | undefined;
}

function KindHead({ kind, namespace, total }: KindHeadProps) {
  const { name, displayName, offer } = kind;
  return (
    <header class="kind-head">
      <KindIcon url={kind.icon.url} name={displayName} />
      <div>
        <div class="row-line">
          <h2 id={`kind-${name}`}>{displayName}</h2>
          {kind.deprecated && <span class="tag warning">deprecated</span>}
          {(offer?.hidden ?? kind.hidden) && <span class="tag">hidden</span>}
        </div>
        <small class="muted">{name}</small>
      </div>
      <a class="button" href={tablePath({ namespace, kind: name })} data-page>
        {total === undefined ? '–' : numberText(total)} {total === 1 ? 'workspace' : 'workspaces'}
      </a>
    </header>
  );
}

/** Reasons against the choice of a kind. */
function Reasons({ kind, namespace }: Pick<KindCardProps, 'kind' | 'namespace'>) {
  const { deprecated, deprecationMessage, hidden, offer } = kind;
  const reasons = [
    ...(deprecated ? [deprecationMessage ?? 'It is deprecated: choose another kind for new workspaces.'] : []),
    ...(hidden ? ['It is hidden: forms for new workspaces leave it out.'] : []),
    ...(namespace !== '' && !offer ? [`A filter rule removes it in ${namespace}.`] : []),
    ...(offer?.denied ? [offer.deniedMessage ?? `A filter rule denies new workspaces of it in ${namespace}.`] : []),
    ...(offer?.hidden && !hidden ? [`A filter rule hides it in ${namespace}.`] : []),
  ];
  return (
    <>
      {reasons.map((reason) => (
        <Notice key={reason} state="PENDING">
          {reason}
        </Notice>
      ))}
    </>
  );
}

interface OfferedInProps extends Pick<KindCardProps, 'namespaces'> {
  readonly name: string;
}

/** Namespaces with their offer of a kind. */
function OfferedIn({ name, namespaces }: OfferedInProps) {
  const offers = namespaces?.map((namespace) => ({
    namespace: namespace.name,
    offer: namespace.workspaceKindOffers.nodes.find(({ kind }) => kind.name === name),
  }));
  const open = offers?.filter(({ offer }) => offer && !offer.denied).length ?? 0;
  return (
    <details class="offers">
      <summary>Offered in {offers ? amountText(open, offers.length) : '… namespaces'}</summary>
      <ul class="offer-list">
        {offers?.map(({ namespace, offer }) => (
          <li key={namespace}>
            <a href={`kinds?namespace=${encodeURIComponent(namespace)}`} data-page>
              {namespace}
            </a>
            {!offer && <span class="tag warning">not offered</span>}
            {offer?.hidden && <span class="tag">hidden</span>}
            {offer?.denied && <span class="tag warning">denied</span>}
            {offer?.deniedMessage && <small class="muted">{offer.deniedMessage}</small>}
          </li>
        ))}
      </ul>
    </details>
  );
}

function amountText(open: number, all: number): string {
  const amount = open < all ? `${numberText(open)} of ${numberText(all)}` : all > 1 ? `all ${numberText(all)}` : all;
  return `${amount} ${all === 1 ? 'namespace' : 'namespaces'}`;
}
