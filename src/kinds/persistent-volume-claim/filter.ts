import { builder } from '../../graphql/builder.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import { canMount, canUpdate } from '../../mutations/permission-labels.ts';
import { claimSpecOf, claimStatusOf, type PersistentVolumeClaimObject } from './resource.ts';

export const ClaimPhaseEnum = builder.enumType('PersistentVolumeClaimPhase', {
  description: 'Whether a claim has storage.',
  values: {
    PENDING: { description: 'Not yet; with some classes not before a pod mounts it.' },
    BOUND: { description: 'It has.' },
    LOST: { description: 'It had, but that is gone, with what was in it.' },
    UNKNOWN: { description: 'Nothing is known, or something that this gateway does not know.' },
  } as const,
});

const phaseByName: ReadonlyMap<string | undefined, typeof ClaimPhaseEnum.$inferType> = new Map([
  ['Pending', 'PENDING'],
  ['Bound', 'BOUND'],
  ['Lost', 'LOST'],
]);

export function phaseOf(claim: PersistentVolumeClaimObject): typeof ClaimPhaseEnum.$inferType {
  return phaseByName.get(claimStatusOf(claim).phase) ?? 'UNKNOWN';
}

export const ClaimFilterInput = builder.inputType('PersistentVolumeClaimFilter', {
  description: 'Which claims are meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name, in any case.' }),
    canMount: t.boolean({ description: 'That workspaces may mount, or not.' }),
    canUpdate: t.boolean({ description: 'That users of workspaces may delete, or not.' }),
    phases: t.field({ type: [ClaimPhaseEnum], description: 'In one of these phases.' }),
    storageClasses: t.stringList({ description: 'Of one of these classes, by name.' }),
    labelSelector: t.string({ description: 'By labels, in the Kubernetes grammar: `team=ml,!legacy`.' }),
  }),
});

/** @throws {GraphQLError} BAD_REQUEST for a malformed selector */
export function claimMatcher(
  filter: typeof ClaimFilterInput.$inferInput | null | undefined,
): (claim: PersistentVolumeClaimObject) => boolean {
  const { search, phases, storageClasses } = filter ?? {};
  const selected = labelSelector(filter?.labelSelector);
  const text = search?.toLowerCase() ?? '';
  return (claim) =>
    claim.metadata.name.toLowerCase().includes(text) &&
    (filter?.canMount ?? canMount(claim)) === canMount(claim) &&
    (filter?.canUpdate ?? canUpdate(claim)) === canUpdate(claim) &&
    (!phases || phases.includes(phaseOf(claim))) &&
    (!storageClasses || storageClasses.includes(claimSpecOf(claim).storageClassName ?? '')) &&
    (selected?.(claim) ?? true);
}
