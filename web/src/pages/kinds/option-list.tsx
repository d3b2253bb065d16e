import type { OptionRowFragment } from '../../__generated__/graphql.ts';
import { numberText } from '../../data/resources.ts';
import { OptionFacts } from './option-facts.tsx';

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

/** Images or sizes of a kind, each with its facts and the number of its workspaces. */
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
  const { denied, redirectTo } = option;
  return (
    <li class="option" data-off={isRemoved || denied}>
      <div>
        <OptionFacts option={option} isDefault={isDefault} redirectName={redirectName ?? redirectTo ?? undefined}>
          {isRemoved && <span class="tag warning">not offered here</span>}
        </OptionFacts>
      </div>
      <span class="count" title="Workspaces with this option">
        {count === undefined ? '–' : numberText(count)}
        <span class="visually-hidden"> workspaces</span>
      </span>
    </li>
  );
}
