import type { OptionRowFragment } from '../../__generated__/graphql.ts';
import { resourcesOf } from '../workspaces/row-view.ts';

interface OptionListProps {
  readonly title: string;
  /** Options as the kind defines them. */
  readonly options: readonly OptionRowFragment[];
  /** Options as the chosen namespace is offered them. Undefined if no namespace is chosen, or if the kind is not offered. */
  readonly offered: readonly OptionRowFragment[] | undefined;
  readonly defaultId: string;
  /** Returns the number of workspaces with an option. Undefined until they are loaded. */
  readonly countOf: (optionId: string) => number | undefined;
}

/** Images or sizes of a kind, each with what a person has to know before choosing it. */
export function OptionList({ title, options, offered, defaultId, countOf }: OptionListProps) {
  const offers = offered && new Map(offered.map((option) => [option.optionId, option]));
  return (
    <section class="options">
      <h3>{title}</h3>
      <ul class="rows">
        {options.map((option) => (
          <OptionItem
            key={option.optionId}
            option={offers?.get(option.optionId) ?? option}
            isRemoved={offers !== undefined && !offers.has(option.optionId)}
            isDefault={option.optionId === defaultId}
            redirectName={options.find(({ optionId }) => optionId === option.redirectTo)?.displayName}
            count={countOf(option.optionId)}
          />
        ))}
      </ul>
    </section>
  );
}

interface OptionItemProps {
  readonly option: OptionRowFragment;
  /** Whether a filter rule removes the option in the chosen namespace. */
  readonly isRemoved: boolean;
  readonly isDefault: boolean;
  readonly redirectName: string | undefined;
  readonly count: number | undefined;
}

function OptionItem({ option, isRemoved, isDefault, redirectName, count }: OptionItemProps) {
  const { displayName, description, hidden, denied, deniedMessage, redirectTo, redirectMessage } = option;
  const content = contentOf(option);
  return (
    <li class="option" data-off={isRemoved || denied}>
      <div>
        <div class="row-line">
          <strong>{displayName}</strong>
          {isDefault && <span class="tag">default</span>}
          {hidden && <span class="tag">hidden</span>}
          {denied && <span class="tag warning">denied</span>}
          {isRemoved && <span class="tag warning">not offered here</span>}
        </div>
        {content !== displayName && <small class="muted break">{content}</small>}
        {description && <small class="muted">{description}</small>}
        {denied && <small class="warning">{deniedMessage ?? 'A filter rule denies it, without a message.'}</small>}
        {redirectTo && (
          <small class="warning">
            Replaced by {redirectName ?? redirectTo} at the next start
            {redirectMessage && `: ${redirectMessage.text}`}
          </small>
        )}
      </div>
      <span class="count" title="Workspaces with this option">
        {count ?? '–'}
        <span class="visually-hidden"> workspaces</span>
      </span>
    </li>
  );
}

/** Returns the image, or the resources with those beyond CPU and memory, such as `2 CPU · 8Gi · 1 nvidia.com/gpu`. */
export function contentOf({ optionId, image, pod }: OptionRowFragment): string {
  if (image) return image.image;
  if (!pod) return optionId;
  const extended = pod.limits.filter(({ resource }) => resource.includes('/'));
  const texts = extended.map(({ resource, quantity }) => `${quantity} ${resource}`);
  return [resourcesOf(pod.requests), ...texts].filter(Boolean).join(' · ') || optionId;
}
