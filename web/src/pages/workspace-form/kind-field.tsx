import type { FormKindsSubscription } from '../../__generated__/graphql.ts';
import type { RowOf } from '../../../../client/src/index.ts';
import { KindIcon } from '../../components/kind-icon.tsx';
import { compareTexts } from '../../data/sorting.ts';
import { Group } from './field.tsx';
import { useForm } from './form-model.ts';

export type FormKind = RowOf<FormKindsSubscription>;

interface KindFieldProps {
  readonly kinds: readonly FormKind[];
  /** Whether all kinds are loaded. */
  readonly isLoaded: boolean;
}

/** Kinds that the namespace is offered, as cards. A chosen kind is shown even if it is not offered. */
export function KindField({ kinds, isLoaded }: KindFieldProps) {
  const form = useForm();
  const { kind: chosen, namespace } = form.draft.value;
  const shown = kinds
    .filter(({ name, offer }) => name === chosen || (offer && !offer.hidden))
    .sort((a, b) => Number(a.deprecated) - Number(b.deprecated) || compareTexts(a.displayName, b.displayName));
  const isMissing = isLoaded && chosen !== '' && !shown.some(({ name }) => name === chosen);
  return (
    <Group path="kind" legend="Kind">
      {shown.length === 0 && <p class="muted">{isLoaded ? `${namespace} is offered no kinds.` : 'Loading…'}</p>}
      {isMissing && <p class="warning">There is no kind {chosen}: choose another one.</p>}
      <div class="choices">
        {shown.map((kind) => (
          <KindCard
            key={kind.id}
            kind={kind}
            isChosen={kind.name === chosen}
            onChoose={() => form.change('kind', { kind: kind.name, imageConfig: '', podConfig: '' })}
          />
        ))}
      </div>
    </Group>
  );
}

interface KindCardProps {
  readonly kind: FormKind;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function KindCard({ kind, isChosen, onChoose }: KindCardProps) {
  const { name, displayName, description, icon, deprecated, deprecationMessage, offer } = kind;
  const isDenied = !offer || offer.denied;
  const denial = offer
    ? (offer.deniedMessage ?? 'A filter rule denies it, without a message.')
    : 'It is not offered here.';
  return (
    <label class="choice" data-off={isDenied}>
      <input
        type="radio"
        name="kind"
        value={name}
        checked={isChosen}
        disabled={isDenied && !isChosen}
        onChange={onChoose}
      />
      <KindIcon url={icon.url} name={displayName} />
      <span class="choice-text">
        <span class="row-line">
          <strong>{displayName}</strong>
          {deprecated && <span class="tag warning">deprecated</span>}
          {isDenied && <span class="tag warning">denied</span>}
        </span>
        <small class="muted">{description || name}</small>
        {deprecated && <small class="warning">{deprecationMessage ?? 'Choose another kind if you can.'}</small>}
        {isDenied && <small class="warning">{denial}</small>}
      </span>
    </label>
  );
}
