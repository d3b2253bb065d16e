import { invalid } from './status.ts';

/** The query of a write, checked. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Who managedFields says has written. */
  readonly manager: string;
}

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** @throws {StatusError} 422 for a value that is not known */
export function readWriteOptions(query: URLSearchParams, userAgent: string, kind: OptionsKind): WriteOptions {
  return {
    dryRun: readDryRun(query.getAll('dryRun'), kind),
    fieldValidation: readFieldValidation(query.get('fieldValidation') ?? '', kind),
    manager: query.get('fieldManager') ?? (userAgent.split('/')[0] || 'unknown'),
  };
}

export function readDryRun(values: readonly string[], kind: OptionsKind): boolean {
  const asked = values.filter((value) => value !== '');
  if (asked.every((value) => value === 'All')) return asked.length > 0;
  const message = `Unsupported value: ${JSON.stringify(asked)}: supported values: "All"`;
  throw invalid({ group: 'meta.k8s.io', kind, name: '' }, [
    { reason: 'FieldValueNotSupported', field: 'dryRun', message },
  ]);
}

function readFieldValidation(text: string, kind: OptionsKind): WriteOptions['fieldValidation'] {
  if (text === '') return 'Warn';
  if (text === 'Ignore' || text === 'Warn' || text === 'Strict') return text;
  const message = `Unsupported value: ${JSON.stringify(text)}: supported values: "", "Ignore", "Strict", "Warn"`;
  throw invalid({ group: 'meta.k8s.io', kind, name: '' }, [
    { reason: 'FieldValueNotSupported', field: 'fieldValidation', message },
  ]);
}

/**
 * An apply needs a name for who applies, and only an apply can use force.
 * @throws {StatusError} 422
 */
export function assertPatchOptions(query: URLSearchParams, isApply: boolean): void {
  const about = { group: 'meta.k8s.io', kind: 'PatchOptions', name: '' };
  if (isApply && !query.get('fieldManager')) {
    const message = 'Required value: is required for apply patch';
    throw invalid(about, [{ reason: 'FieldValueRequired', field: 'fieldManager', message }]);
  }
  if (isApply || !query.has('force')) return;
  const message = 'Forbidden: may not be specified for non-apply patch';
  throw invalid(about, [{ reason: 'FieldValueForbidden', field: 'force', message }]);
}
