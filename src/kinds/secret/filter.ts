import { builder } from '../../graphql/builder.ts';
import { labelSelector } from '../../graphql/label-selector.ts';
import { canMount, canUpdate } from '../../mutations/permission-labels.ts';
import { secretFieldsOf, type SecretObject } from './resource.ts';

export const SecretFilterInput = builder.inputType('SecretFilter', {
  description: 'Which secrets are meant: all conditions that are given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name, in any case.' }),
    canMount: t.boolean({ description: 'That workspaces may mount, or not.' }),
    canUpdate: t.boolean({ description: 'That users of workspaces may change, or not.' }),
    types: t.stringList({ description: 'Of one of these types, e.g. `Opaque`.' }),
    labelSelector: t.string({ description: 'By labels, in the Kubernetes grammar: `team=ml,!legacy`.' }),
  }),
});

/** @throws {GraphQLError} BAD_REQUEST for a malformed selector */
export function secretMatcher(
  filter: typeof SecretFilterInput.$inferInput | null | undefined,
): (secret: SecretObject) => boolean {
  const { search, types } = filter ?? {};
  const selected = labelSelector(filter?.labelSelector);
  const text = search?.toLowerCase() ?? '';
  return (secret) =>
    secret.metadata.name.toLowerCase().includes(text) &&
    (filter?.canMount ?? canMount(secret)) === canMount(secret) &&
    (filter?.canUpdate ?? canUpdate(secret)) === canUpdate(secret) &&
    (!types || types.includes(secretFieldsOf(secret).type || 'Opaque')) &&
    (selected?.(secret) ?? true);
}
