import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import type { ApiObject } from './api-object.ts';
import { isEqualJson, isJsonObject, type JsonObject, objectAt } from './json.ts';
import {
  managedFieldsAfterApply,
  describeField,
  type FieldValues,
  fieldsOf,
  isSameManager,
  type FieldManager,
  parseManagedFields,
  withoutField,
} from './managed-fields.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequestError, type Cause, ApiStatusError } from './status.ts';

interface Apply {
  readonly resource: ServedResource;
  /** Undefined if the object does not exist yet. */
  readonly current: ApiObject | undefined;
  /** All fields that the manager wants to own. */
  readonly body: JsonObject;
  readonly manager: string;
  readonly force: boolean;
}

/** Result of an apply: the merged object, and a function that computes its managedFields. */
interface ApplyResult {
  readonly next: JsonObject;
  readonly managedFields: (object: JsonObject) => readonly JsonObject[];
}

/**
 * Merges an applied object into the current one (server-side apply). Every list is atomic.
 * @throws {ApiStatusError} 409 that names managers and fields, if other managers own fields with other values
 */
export function serverSideApply({ resource, current, body, manager: name, force }: Apply): ApplyResult {
  if (objectAt(body, 'metadata')['managedFields'] !== undefined)
    throw badRequestError('metadata.managedFields must be nil');
  const manager: FieldManager = { manager: name, apiVersion: apiVersionOf(resource), operation: 'Apply' };
  const wanted = fieldsOf(body);
  const conflicts = current ? conflictsOf(current, wanted, manager) : [];
  if (conflicts.length > 0 && !force) throw applyConflictError(conflicts);
  const applied = new Set(wanted.keys());
  const taken = new Set(conflicts.map(({ key }) => key));
  return {
    next: current ? mergeApplied(withoutUnappliedFields(current, applied, manager), body) : body,
    managedFields: (object) => managedFieldsAfterApply(object, current, { manager, applied, taken }),
  };
}

interface Conflict {
  readonly key: string;
  readonly with: FieldManager;
}

function conflictsOf(current: ApiObject, wanted: FieldValues, manager: FieldManager): readonly Conflict[] {
  const present = fieldsOf(current);
  return parseManagedFields(current)
    .filter((entry) => !isSameManager(entry, manager))
    .flatMap((entry) =>
      [...entry.fields]
        .filter((key) => wanted.has(key) && !isEqualJson(wanted.get(key), present.get(key)))
        .map((key) => ({ key, with: entry })),
    );
}

/** Returns the object without the fields that the manager no longer applies and no other manager owns. */
function withoutUnappliedFields(current: ApiObject, applied: ReadonlySet<string>, manager: FieldManager): JsonObject {
  const ownerships = parseManagedFields(current);
  const mine = ownerships.find((entry) => isSameManager(entry, manager))?.fields ?? new Set<string>();
  const others = ownerships.filter((entry) => !isSameManager(entry, manager));
  const gone = [...mine].filter((key) => !applied.has(key) && !others.some(({ fields }) => fields.has(key)));
  return gone.reduce<JsonObject>(withoutField, current);
}

function mergeApplied(target: unknown, patch: JsonObject): JsonObject {
  const result: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [name, member] of Object.entries(patch))
    result[name] = isJsonObject(member) ? mergeApplied(result[name], member) : member;
  return result;
}

/** The error does not name the object: kube-apiserver omits it for apply conflicts. */
function applyConflictError(conflicts: readonly Conflict[]): ApiStatusError {
  const causes: Cause[] = conflicts.map(({ key, with: { manager, apiVersion, subresource } }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}"${subresource ? ` with subresource "${subresource}"` : ''} using ${apiVersion}`,
    field: describeField(key),
  }));
  const [first] = causes;
  const listed =
    causes.length === 1 && first
      ? `1 conflict: ${first.message}: ${first.field ?? ''}`
      : `${causes.length} conflicts: ${causes.map(({ message, field }) => `${message}: ${field ?? ''}`).join('\n')}`;
  return new ApiStatusError({
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${listed}`,
    details: { causes },
  });
}
