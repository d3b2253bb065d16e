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
import { secretFieldsOf, type SecretObject } from './resource.ts';

export const SecretFilterInput = builder.inputType('SecretFilter', {
  description: 'Filter for secrets. A secret matches if it meets every given condition.',
  fields: (t) => ({
    search: t.string({ description: 'Substring of the name, case-insensitive.' }),
    canMount: t.boolean({ description: 'Value of `canMount`.' }),
    canUpdate: t.boolean({ description: 'Value of `canUpdate`.' }),
    types: t.stringList({ description: 'Types: the secret has one of them, e.g. `Opaque`.' }),
    labelSelector: labelSelectorField(t),
  }),
});

/** @throws {GraphQLError} BAD_REQUEST if the label selector is malformed */
export function secretMatcher(
  filter: typeof SecretFilterInput.$inferInput | null | undefined,
): ObjectFilter<SecretObject> {
  return matchesAll<SecretObject>([
    searchCondition(filter?.search, nameTexts),
    flagCondition(filter?.canMount, canMount),
    flagCondition(filter?.canUpdate, canUpdate),
    oneOfCondition(filter?.types, (secret) => secretFieldsOf(secret).type || 'Opaque'),
    labelCondition(filter?.labelSelector),
  ]);
}
