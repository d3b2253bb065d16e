import type { Context } from '../../graphql/context.ts';
import { guardedMerge } from '../../mutations/guarded-merge.ts';
import { manifestPaths, withInputPaths, type InputPaths } from '../../mutations/input-paths.ts';
import { writeOptionsOf } from '../../mutations/inputs.ts';
import { assertNone, requiredValue } from '../../mutations/invalid-input.ts';
import { manifestOf, objectOf } from '../../mutations/manifest.ts';
import type { Written } from '../../kubernetes/verbs.ts';
import { updateNotes } from '../workspace/noting.ts';
import { WorkspaceKind, type WorkspaceKindObject } from './resource.ts';

/** A kind, the revision of it that is known, and what to change. */
export interface WorkspaceKindUpdate {
  readonly name: string;
  readonly revision: string;
  readonly displayName?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly hidden?: boolean | null | undefined;
  readonly deprecated?: boolean | null | undefined;
  readonly deprecationMessage?: string | null | undefined;
  readonly manifest?: unknown;
  readonly dryRun: boolean;
  readonly fieldValidation: 'IGNORE' | 'WARN' | 'STRICT';
  readonly fieldManager?: string | null | undefined;
}

const spawnerFields = ['displayName', 'description', 'hidden', 'deprecated', 'deprecationMessage'] as const;

const kindPaths: InputPaths = {
  ...manifestPaths,
  ...Object.fromEntries(spawnerFields.map((field) => [`spec.spawner.${field}`, `input.${field}`])),
};

/**
 * Changes a kind by a patch of the version that was looked at; what the controller reports meanwhile does not count.
 * @throws {GraphQLError} CONFLICT when the spec is not the one that the viewer knows
 * @throws {StatusError} whatever the API server says, with the places in the input
 */
export function updateWorkspaceKind(
  context: Context,
  update: WorkspaceKindUpdate,
): Promise<Written<WorkspaceKindObject>> {
  const { name, revision } = update;
  const cleared = (['displayName', 'description'] as const).filter((field) => update[field] === null);
  assertNone(
    cleared.map((field) => requiredValue(`input.${field}`, 'cannot be null; leave it out to keep it as it is')),
    { kind: WorkspaceKind.kind, name },
  );
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    metadata,
    ...rest
  } = manifestOf(update.manifest ?? {}, WorkspaceKind, { name });
  const spec = objectOf(rest['spec'] ?? {}, 'input.manifest.spec');
  const spawner = objectOf(spec['spawner'] ?? {}, 'input.manifest.spec.spawner');
  const named = Object.fromEntries(
    spawnerFields.filter((field) => update[field] !== undefined).map((field) => [field, update[field]]),
  );
  const change = { ...rest, metadata, spec: { ...spec, spawner: { ...spawner, ...named } } };
  const options = { ...writeOptionsOf(update), revision };
  const guarded = { resource: WorkspaceKind, at: { name }, changeOf: () => Promise.resolve(change) };
  return withInputPaths(kindPaths, guardedMerge(context.client, { ...guarded, notes: updateNotes(context) }, options));
}
