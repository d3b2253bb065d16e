import { builder } from '../../graphql/builder.ts';
import {
  flagCondition,
  labelCondition,
  labelSelectorField,
  matchesAll,
  nameTexts,
  oneOfCondition,
  searchCondition,
} from '../../graphql/filter.ts';
import type { ObjectFilter } from '../../kubernetes/object-filter.ts';
import { canMount, canUpdate } from '../../mutations/permission-labels.ts';
import { claimSpecOf, claimStatusOf, storageClassNameOf, type PersistentVolumeClaimObject } from './resource.ts';

export const ClaimPhaseEnum = builder.enumType('PersistentVolumeClaimPhase', {
  description: 'Phase of a persistent volume claim.',
  values: {
    PENDING: {
      description: 'The claim is not bound yet. With `WAIT_FOR_FIRST_CONSUMER` it stays pending until a pod mounts it.',
    },
    BOUND: { description: 'The claim is bound to a volume.' },
    LOST: { description: 'The volume of the claim no longer exists, and its data is lost.' },
    UNKNOWN: { description: 'No phase is reported, or one that this gateway does not know.' },
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
  description: 'Filter for persistent volume claims. A claim matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name, case-insensitive.' }),
    canMount: t.boolean({ description: 'Value of `canMount`.' }),
    canUpdate: t.boolean({ description: 'Value of `canUpdate`.' }),
    phases: t.field({ type: [ClaimPhaseEnum], description: 'Phases: the claim is in one of them.' }),
    storageClasses: t.stringList({ description: 'Names of storage classes: the claim has one of them.' }),
    labelSelector: labelSelectorField(t),
  }),
});

/** @throws {GraphQLError} BAD_REQUEST if the label selector is malformed */
export function claimMatcher(
  filter: typeof ClaimFilterInput.$inferInput | null | undefined,
): ObjectFilter<PersistentVolumeClaimObject> {
  return matchesAll<PersistentVolumeClaimObject>([
    searchCondition(filter?.search, nameTexts),
    flagCondition(filter?.canMount, canMount),
    flagCondition(filter?.canUpdate, canUpdate),
    oneOfCondition(filter?.phases, phaseOf),
    oneOfCondition(filter?.storageClasses, (claim) => storageClassNameOf(claim, claimSpecOf(claim))),
    labelCondition(filter?.labelSelector),
  ]);
}
