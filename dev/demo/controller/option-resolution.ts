import type { OptionList, OptionValue } from '../workspace-kind.ts';
import type { Redirect } from '../workspace.ts';

/** Where an option leads when all redirects are followed, or why it leads nowhere. */
export type OptionResolution<S> =
  | { readonly current: OptionValue<S>; readonly desired: string; readonly chain: readonly Redirect[] }
  | { readonly failure: string };

/** Follows the redirects of the option `id`; `list` is what the kind calls the list it stands in. */
export function resolveOption<S>(
  list: 'imageConfig' | 'podConfig',
  { values }: OptionList<S>,
  id: string,
): OptionResolution<S> {
  const current = values.find((value) => value.id === id);
  if (!current) return { failure: invalid(list, `${list} with id "${id}" not found`) };
  const chain: Redirect[] = [];
  const visited = new Set([id]);
  for (let at = current; at.redirect;) {
    const source = at.id;
    const target = at.redirect.to;
    const next = values.find((value) => value.id === target);
    if (!next)
      return { failure: invalid(list, `${list} with id "${target}" not found, was redirected from "${source}"`) };
    if (visited.has(target)) return { failure: invalid(list, `${list} with id "${target}" has a circular redirect`) };
    visited.add(target);
    chain.push({ source, target });
    at = next;
  }
  return { current, desired: chain.at(-1)?.target ?? id, chain };
}

function invalid(list: string, why: string): string {
  return `Workspace has invalid ${list}: ${why}`;
}
