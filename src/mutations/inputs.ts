import { builder, type InputFields } from '../graphql/builder.ts';
import type { KeyValue } from '../graphql/object-meta.ts';
import type { StatusCause } from '../kubernetes/status-error.ts';
import { duplicateValue } from './field-errors.ts';

export const FieldValidationEnum = builder.enumType('FieldValidation', {
  description: 'Treatment of fields that the kind does not declare.',
  values: {
    IGNORE: { description: 'They are dropped.' },
    WARN: { description: 'They are dropped, and `warnings` says so.' },
    STRICT: { description: 'The write is refused: BAD_REQUEST.' },
  } as const,
});

export const PropagationPolicyEnum = builder.enumType('PropagationPolicy', {
  description: 'What becomes of the objects that belong to a deleted one.',
  values: {
    ORPHAN: { description: 'They stay, and belong to nobody.' },
    BACKGROUND: { description: 'They are deleted after it.' },
    FOREGROUND: { description: 'They are deleted before it: until then its deletion is pending.' },
  } as const,
});

/** Whether to try only. */
export function dryRunField(t: InputFields) {
  return t.boolean({
    required: true,
    defaultValue: false,
    description: 'Go through everything, admission included, but change nothing.',
  });
}

export function fieldManagerField(t: InputFields) {
  return t.string({
    description: 'Who `metadata.managedFields` says has written: up to 128 characters. Null: `workspaces-gateway`.',
  });
}

export function fieldValidationField(t: InputFields) {
  return t.field({
    type: FieldValidationEnum,
    required: true,
    defaultValue: 'STRICT',
    description: 'What becomes of fields that the kind does not know.',
  });
}

/** What every write of a whole manifest or of a patch can be told. */
export function writeFields(t: InputFields) {
  return {
    dryRun: dryRunField(t),
    fieldValidation: fieldValidationField(t),
    fieldManager: fieldManagerField(t),
  };
}

/** What every deletion of one object can be told. */
export function deleteFields(t: InputFields) {
  return {
    uid: t.id({ description: 'Only if it is this object: CONFLICT when another one has its name by now.' }),
    resourceVersion: t.string({ description: 'Only if it is unchanged since this version; else CONFLICT.' }),
    ...deletionFields(t),
  };
}

/** What every deletion can be told, of however many objects. */
export function deletionFields(t: InputFields) {
  return {
    propagationPolicy: t.field({
      type: PropagationPolicyEnum,
      description:
        'What becomes of the objects that belong to it. Null: what is usual for the kind, mostly BACKGROUND.',
    }),
    gracePeriodSeconds: t.int({ description: 'How long it may take to end. Null: what is usual for the kind.' }),
    dryRun: dryRunField(t),
  };
}

interface WriteInput {
  readonly dryRun: boolean;
  readonly fieldValidation?: keyof typeof validations;
  readonly fieldManager?: string | null | undefined;
}

const validations = { IGNORE: 'Ignore', WARN: 'Warn', STRICT: 'Strict' } as const;

export function writeOptionsOf({ dryRun, fieldValidation, fieldManager }: WriteInput) {
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
  description: 'One entry of a map, such as a label.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The key, unique in its map.' }),
    value: t.string({ required: true, description: 'The value, possibly empty.' }),
  }),
});

type Entries = readonly KeyValue[] | null | undefined;

/** The entries as the map that they stand for. */
export function mapOf(entries: Entries): Readonly<Record<string, string>> {
  return Object.fromEntries((entries ?? []).map(({ key, value }) => [key, value]));
}

/** A key that stands twice would lose its first value. */
export function duplicateKeys(field: string, entries: Entries): StatusCause[] {
  const known = new Set<string>();
  return (entries ?? []).flatMap(({ key }, index) => {
    const again = known.has(key);
    known.add(key);
    return again ? [duplicateValue(`${field}[${index}].key`, `the key ${JSON.stringify(key)} stands twice`)] : [];
  });
}
