import { builder, type InputFields } from '../graphql/builder.ts';
import type { KeyValue } from '../graphql/object-meta.ts';
import { assertTextLength } from '../graphql/text-limits.ts';
import type { StatusCause } from '../kubernetes/status-error.ts';
import { duplicateValue } from './field-errors.ts';

const FieldValidationEnum = builder.enumType('FieldValidation', {
  description: 'Handling of fields that the schema of the object does not declare.',
  values: {
    IGNORE: { description: 'Unknown fields are dropped.' },
    WARN: { description: 'Unknown fields are dropped and reported in `warnings`.' },
    STRICT: { description: 'Unknown fields are rejected with BAD_REQUEST.' },
  } as const,
});

const PropagationPolicyEnum = builder.enumType('PropagationPolicy', {
  description: 'Handling of the objects owned by a deleted object.',
  values: {
    ORPHAN: { description: 'Owned objects remain, without an owner.' },
    BACKGROUND: { description: 'Owned objects are deleted after their owner.' },
    FOREGROUND: { description: 'Owned objects are deleted before their owner, whose deletion is pending until then.' },
  } as const,
});

/** Input fields that name one object in a namespace, such as a `secret`. */
export function nameFields(t: InputFields, noun: string) {
  return {
    namespace: t.string({ required: true, description: `Namespace of the ${noun}.` }),
    name: t.string({ required: true, description: `Name of the ${noun}.` }),
  };
}

/** Input field for a dry run. */
export function dryRunField(t: InputFields) {
  return t.boolean({
    required: true,
    defaultValue: false,
    description: 'Whether to run the complete request, including admission, without storing the result.',
  });
}

export function fieldManagerField(t: InputFields) {
  return t.string({
    description:
      'Field manager recorded in `metadata.managedFields`, up to 128 characters. Null for `workspaces-gateway`.',
  });
}

function fieldValidationField(t: InputFields) {
  return t.field({
    type: FieldValidationEnum,
    required: true,
    defaultValue: 'STRICT',
    description: 'Handling of fields that the schema of the object does not declare.',
  });
}

/** Input fields of every write of a manifest or patch. */
export function writeFields(t: InputFields) {
  return {
    dryRun: dryRunField(t),
    fieldValidation: fieldValidationField(t),
    fieldManager: fieldManagerField(t),
  };
}

/** Input fields of every deletion of one object. */
export function deleteFields(t: InputFields) {
  return {
    uid: t.id({ description: 'Precondition: uid of the object. CONFLICT if the name belongs to another object.' }),
    resourceVersion: t.string({
      description: 'Precondition: resourceVersion of the object. CONFLICT if it has changed since.',
    }),
    ...deletionFields(t),
  };
}

/** Input fields of every deletion, of one or more objects. */
export function deletionFields(t: InputFields) {
  return {
    propagationPolicy: t.field({
      type: PropagationPolicyEnum,
      description: 'Handling of owned objects. Null for the default of the resource, in most cases BACKGROUND.',
    }),
    gracePeriodSeconds: t.int({
      description: 'Seconds for a graceful termination. Null for the default of the resource.',
    }),
    dryRun: dryRunField(t),
  };
}

/** Options of a write in the input of a mutation. */
export interface WriteInput {
  readonly dryRun: boolean;
  readonly fieldValidation?: keyof typeof validations;
  readonly fieldManager?: string | null | undefined;
}

/** The API server accepts 128. */
const MAX_FIELD_MANAGER_LENGTH = 1_024;

const validations = { IGNORE: 'Ignore', WARN: 'Warn', STRICT: 'Strict' } as const;

/** @throws {GraphQLError} BAD_REQUEST if the field manager, a part of the request's URL, is too long for one */
export function writeOptionsOf({ dryRun, fieldValidation, fieldManager }: WriteInput) {
  assertTextLength('input.fieldManager', fieldManager, MAX_FIELD_MANAGER_LENGTH);
  return {
    dryRun,
    fieldManager: fieldManager || undefined,
    fieldValidation: fieldValidation && validations[fieldValidation],
  };
}

interface DeletionInput {
  readonly uid?: string | null | undefined;
  readonly resourceVersion?: string | null | undefined;
  readonly propagationPolicy?: keyof typeof policies | null | undefined;
  readonly gracePeriodSeconds?: number | null | undefined;
  readonly dryRun: boolean;
}

const policies = { ORPHAN: 'Orphan', BACKGROUND: 'Background', FOREGROUND: 'Foreground' } as const;

export function deleteOptionsOf(input: DeletionInput) {
  const { uid, resourceVersion, propagationPolicy, gracePeriodSeconds, dryRun } = input;
  return {
    dryRun,
    propagationPolicy: propagationPolicy ? policies[propagationPolicy] : undefined,
    gracePeriodSeconds: gracePeriodSeconds ?? undefined,
    preconditions: { uid: uid ?? undefined, resourceVersion: resourceVersion ?? undefined },
  };
}

export const KeyValueInput = builder.inputType('KeyValueInput', {
  description: 'Entry of a map, such as a label.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Key, unique in its map.' }),
    value: t.string({ required: true, description: 'Value. May be empty.' }),
  }),
});

type Entries = readonly KeyValue[] | null | undefined;

/** Converts entries to a map. */
export function mapOf(entries: Entries): Readonly<Record<string, string>> {
  return Object.fromEntries((entries ?? []).map(({ key, value }) => [key, value]));
}

/** Returns a merge patch that replaces a map. Removed keys are set to null. */
export function mapPatch(
  entries: Entries,
  current: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, string | null>> {
  const gone = Object.fromEntries(Object.keys(current ?? {}).map((key) => [key, null]));
  return { ...gone, ...mapOf(entries) };
}

/** Returns a cause for each repeated key, whose earlier value would be lost. */
export function duplicateKeys(field: string, entries: Entries): StatusCause[] {
  return duplicatesOf(field, 'key', entries?.map(({ key }) => key) ?? []);
}

/** Returns a cause for each text that is repeated in a field of the items of a list. */
export function duplicatesOf(list: string, field: string, texts: readonly string[]): StatusCause[] {
  const known = new Set<string>();
  return texts.flatMap((text, index) => {
    const again = known.has(text);
    known.add(text);
    return again ? [duplicateValue(`${list}[${index}].${field}`, `${field} ${JSON.stringify(text)} is repeated`)] : [];
  });
}
