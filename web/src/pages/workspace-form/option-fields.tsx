import { useEffect, useRef } from 'preact/hooks';
import {
  FormOptionsDocument,
  type FormOptionsSubscription,
  type OptionRowFragment,
} from '../../__generated__/graphql.ts';
import { useLiveObject } from '../../data/use-live.ts';
import { OptionFacts } from '../kinds/option-facts.tsx';
import { Group } from './field.tsx';
import { useForm } from './form-model.ts';
import type { FormKind } from './kind-field.tsx';

type Offer = NonNullable<NonNullable<FormOptionsSubscription['workspaceKind']>['offer']>;
type List = 'imageConfig' | 'podConfig';

interface OptionFieldsProps {
  readonly kind: FormKind;
  /** Called when the options are loaded, or have failed to load. */
  readonly onLoaded: () => void;
}

/** Image and size. The offer of the namespace depends on the combination of both. */
export function OptionFields({ kind, onLoaded }: OptionFieldsProps) {
  const form = useForm();
  const { namespace, imageConfig, podConfig } = form.draft.value;
  const live = useLiveObject(FormOptionsDocument, {
    namespace,
    kind: kind.name,
    imageConfig: known(kind.imageConfigs, imageConfig),
    podConfig: known(kind.podConfigs, podConfig),
  });
  const offer = useLastOf(live.data?.workspaceKind?.offer ?? undefined, `${namespace} ${kind.name}`);
  useDefaults(kind, live.data?.workspaceKind?.offer ?? undefined);
  useEffect(() => {
    if (live.status !== 'connecting') onLoaded();
  }, [live.status]);
  if (!offer)
    return live.status === 'live' ? null : (
      <div class="card option-bones" aria-busy="true">
        <span class="visually-hidden">Loading images and sizes…</span>
        <span class="bone" />
        <span class="bone" />
      </div>
    );
  return (
    <>
      <OptionField list="imageConfig" legend="Image" kind={kind} options={offer.imageConfigs} />
      <OptionField list="podConfig" legend="Size" kind={kind} options={offer.podConfigs} />
    </>
  );
}

/** Returns the id if the kind has the option: the gateway refuses other ones. */
function known(options: FormKind['imageConfigs'], id: string): string | null {
  return options.some(({ optionId }) => optionId === id) ? id : null;
}

/** Returns the value or, while it is loaded again for the same key, the last one, so that the layout does not shift. */
function useLastOf<Value>(value: Value | undefined, key: string): Value | undefined {
  const last = useRef<{ readonly key: string; readonly value: Value } | undefined>(undefined);
  if (value !== undefined) last.current = { key, value };
  return last.current?.key === key ? last.current.value : undefined;
}

/** Chooses the defaults of a kind once they are known to be offered. */
function useDefaults(kind: FormKind, offer: Offer | undefined): void {
  const form = useForm();
  useEffect(() => {
    if (!offer) return;
    const isOffered = (options: readonly OptionRowFragment[], id: string) =>
      options.some(({ optionId, denied, hidden }) => optionId === id && !denied && !hidden);
    const { imageConfig, podConfig } = form.draft.value;
    if (imageConfig === '' && isOffered(offer.imageConfigs, kind.defaultImageConfig))
      form.preset({ imageConfig: kind.defaultImageConfig });
    if (podConfig === '' && isOffered(offer.podConfigs, kind.defaultPodConfig))
      form.preset({ podConfig: kind.defaultPodConfig });
  }, [offer, kind.name]);
}

interface OptionFieldProps {
  readonly list: List;
  readonly legend: string;
  readonly kind: FormKind;
  readonly options: readonly OptionRowFragment[];
}

function OptionField({ list, legend, kind, options }: OptionFieldProps) {
  const form = useForm();
  const chosen = form.draft.value[list];
  const isMissing = chosen !== '' && !options.some(({ optionId }) => optionId === chosen);
  const [names, defaultId] =
    list === 'imageConfig' ? [kind.imageConfigs, kind.defaultImageConfig] : [kind.podConfigs, kind.defaultPodConfig];
  const nameOf = (id: string) => names.find(({ optionId }) => optionId === id)?.displayName ?? id;
  return (
    <Group path={list} legend={legend}>
      {isMissing && (
        <p class="warning">
          {nameOf(chosen)} is chosen, and is not offered here{names.length > 0 && ': choose another one'}.
        </p>
      )}
      <div class="choices option-choices">
        {options
          .filter(({ hidden, optionId }) => !hidden || optionId === chosen)
          .map((option) => (
            <OptionCard
              key={option.optionId}
              list={list}
              option={option}
              isChosen={option.optionId === chosen}
              isDefault={option.optionId === defaultId}
              redirectName={option.redirectTo === null ? undefined : nameOf(option.redirectTo)}
              onChoose={() => form.change(list, { [list]: option.optionId })}
            />
          ))}
      </div>
    </Group>
  );
}

interface OptionCardProps {
  readonly list: List;
  readonly option: OptionRowFragment;
  readonly isChosen: boolean;
  readonly isDefault: boolean;
  readonly redirectName: string | undefined;
  readonly onChoose: () => void;
}

function OptionCard({ list, option, isChosen, isDefault, redirectName, onChoose }: OptionCardProps) {
  const { optionId, denied } = option;
  return (
    <label class="choice" data-off={denied}>
      <input
        type="radio"
        name={list}
        value={optionId}
        checked={isChosen}
        disabled={denied && !isChosen}
        onChange={onChoose}
      />
      <span class="choice-text">
        <OptionFacts option={option} isDefault={isDefault} redirectName={redirectName} />
      </span>
    </label>
  );
}
