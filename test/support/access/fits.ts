import { canariesIn } from './canaries.ts';
import type { StoredCluster } from './visibility-model.ts';

/** Selection of whether the options of all offers fit. */
export const FITS = `{ namespaces { nodes { workspaceKindOffers { nodes { podConfigs {
  fits { __typename limitRange quota node reason }
} } } } } }`;

/** Fits, and warnings of writes with their reasons: they depend on quotas, limits and nodes that the viewer may not see. */
const FIT = /\{"__typename":"OptionFit"[^}]*\}|The pod of the workspace does not fit now: [^"]*/gu;

/** Returns a response without the fits, which may differ where hidden objects do. */
export function withoutFits(response: string): string {
  return response.replaceAll(FIT, '"fit"');
}

/** Returns the canaries in the fits of a response. */
export function canariesInFits(response: string): ReadonlySet<string> {
  return canariesIn((response.match(FIT) ?? []).join(' '));
}

/** Returns the canaries that fits may contain: the names of quotas and LimitRanges. */
export function canariesOfReasons({ others }: StoredCluster): ReadonlySet<string> {
  const limiting = others.filter(({ kind }) => kind === 'ResourceQuota' || kind === 'LimitRange');
  return canariesIn(limiting.map(({ metadata }) => metadata.name).join(' '));
}
