import { isEqualJson, listAt, objectAt, textAt, type JsonObject } from '../json.ts';
import type { Cause } from '../status.ts';

const SPEC_IMMUTABLE =
  'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

export function completeClaim(claim: JsonObject): JsonObject {
  const spec = { volumeMode: 'Filesystem', ...objectAt(claim, 'spec') };
  return { ...claim, spec, status: { phase: 'Pending', ...objectAt(claim, 'status') } };
}

export function checkClaim(claim: JsonObject, old?: JsonObject): readonly Cause[] {
  const spec = objectAt(claim, 'spec');
  const causes: Cause[] = [];
  if (listAt(spec, 'accessModes').length === 0)
    causes.push(required('spec.accessModes', ': at least 1 access mode is required'));
  if (!('storage' in objectAt(objectAt(spec, 'resources'), 'requests')))
    causes.push(required('spec.resources[storage]'));
  if (old && !isEqualJson(fixedPart(claim, old), fixedPart(old, old)))
    causes.push({ reason: 'FieldValueForbidden', field: 'spec', message: SPEC_IMMUTABLE });
  return causes;
}

/** A claim may be bound to a volume once; when it is, it may ask for more. */
function fixedPart(claim: JsonObject, old: JsonObject): JsonObject {
  const { resources, volumeName, ...spec } = objectAt(claim, 'spec');
  const wasBound = textAt(old['spec'], 'volumeName') !== undefined;
  return wasBound ? { ...spec, volumeName } : { ...spec, resources };
}

export function completeVolume(volume: JsonObject): JsonObject {
  const spec = { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', ...objectAt(volume, 'spec') };
  return { ...volume, spec, status: { phase: 'Pending', ...objectAt(volume, 'status') } };
}

export function completeStorageClass(storageClass: JsonObject): JsonObject {
  return { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...storageClass };
}

export function checkStorageClass(storageClass: JsonObject, old?: JsonObject): readonly Cause[] {
  if (!textAt(storageClass, 'provisioner')) return [required('provisioner')];
  const fixed = ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'];
  const changed = old ? fixed.filter((field) => !isEqualJson(storageClass[field], old[field])) : [];
  return changed.map((field) => ({
    reason: 'FieldValueForbidden',
    field,
    message: `Forbidden: updates to ${field} are forbidden.`,
  }));
}

function required(field: string, more = ''): Cause {
  return { reason: 'FieldValueRequired', field, message: `Required value${more}` };
}
