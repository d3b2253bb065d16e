import { StatusError, type StatusCause } from '../kubernetes/status-error.ts';

interface About {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** Refuses an input as the API server refuses an object: INVALID, each cause with its place in the input. */
export function assertNoCauses(causes: readonly StatusCause[], about: About): void {
  if (causes.length === 0) return;
  const listed = causes.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const which = about.name ? ` ${JSON.stringify(about.name)}` : '';
  throw new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${about.kind}${which} is invalid: ${listed}`,
    causes,
    ...about,
  });
}

export function invalidValue(field: string, message: string): StatusCause {
  return { reason: 'FieldValueInvalid', field, message };
}

export function requiredValue(field: string, message: string): StatusCause {
  return { reason: 'FieldValueRequired', field, message };
}

export function forbiddenValue(field: string, message: string): StatusCause {
  return { reason: 'FieldValueForbidden', field, message };
}

export function duplicateValue(field: string, message: string): StatusCause {
  return { reason: 'FieldValueDuplicate', field, message };
}

/**
 * Where the fields of an object stand in the input of a mutation: `spec.volumes.data[].pvcName` in
 * `input.volumes.data[].claimName`. What is below a field is below its place; what has none keeps its path.
 */
export type InputPaths = Readonly<Record<string, string>>;

/** A manifest stands in the input as a whole. */
export const manifestPaths: InputPaths = {
  metadata: 'input.manifest.metadata',
  spec: 'input.manifest.spec',
  status: 'input.manifest.status',
};

const optionPaths: InputPaths = {
  fieldManager: 'input.fieldManager',
  force: 'input.force',
  dryRun: 'input.dryRun',
  propagationPolicy: 'input.propagationPolicy',
  gracePeriodSeconds: 'input.gracePeriodSeconds',
  patch: 'input.patch',
};

/**
 * The outcome of a write; the causes of a refusal name the places in the input.
 * @throws {StatusError} what the write throws, with other paths
 */
export async function withInputPaths<R>(paths: InputPaths, outcome: Promise<R>): Promise<R> {
  try {
    return await outcome;
  } catch (error) {
    if (!(error instanceof StatusError) || !error.details.causes?.length) throw error;
    const causes = error.details.causes.map((cause) => inInput({ ...optionPaths, ...paths }, cause));
    // Some API servers check, and say, the same thing twice.
    const distinct = [...new Map(causes.map((cause) => [JSON.stringify(cause), cause])).values()];
    throw new StatusError({ ...error.details, causes: distinct });
  }
}

function inInput(paths: InputPaths, cause: StatusCause): StatusCause {
  return { ...cause, field: inputPathOf(paths, cause.field) };
}

/** The longest path that the field is, or is below, decides. */
export function inputPathOf(paths: InputPaths, field: string): string {
  const keys = [...field.matchAll(/\[([^\]]*)\]/gu)].map(([key]) => key);
  const form = field.replaceAll(/\[[^\]]*\]/gu, '[]');
  const place = Object.keys(paths)
    .filter((path) => form === path || form.startsWith(`${path}.`) || form.startsWith(`${path}[`))
    .toSorted((a, b) => b.length - a.length)[0];
  if (place === undefined) return field;
  return `${paths[place]}${form.slice(place.length)}`.replaceAll('[]', () => keys.shift() ?? '[]');
}
