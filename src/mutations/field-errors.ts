import { isInvalid, listedCauses, MAX_CAUSES, StatusError, type StatusCause } from '../kubernetes/status-error.ts';

interface About {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * Rejects an input in the form of the API server: INVALID, with a field path for each of the first {@link MAX_CAUSES} causes.
 * @throws {StatusError} Invalid if there are causes
 */
export function assertNoCauses(causes: readonly StatusCause[], about: About): void {
  if (causes.length === 0) return;
  const which = about.name ? ` ${JSON.stringify(about.name)}` : '';
  throw new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${about.kind}${which} is invalid: ${listedCauses(causes)}`,
    causes: causes.slice(0, MAX_CAUSES),
    ...about,
  });
}

/**
 * Rejects an input for the causes that were found, together with those for which the API server rejects it, so that a form gets
 * all at once. Another failure of the dry run is ignored: it appears when the input is corrected.
 * @param dryRun sends the write as a dry run, and maps the paths of its causes
 * @throws {StatusError} Invalid if there are causes
 */
export async function assertNoCausesBefore(
  dryRun: () => Promise<unknown>,
  causes: readonly StatusCause[],
  about: About,
): Promise<void> {
  if (causes.length > 0) assertNoCauses([...causes, ...notIn(causes, await causesOf(dryRun))], about);
}

async function causesOf(attempt: () => Promise<unknown>): Promise<readonly StatusCause[]> {
  try {
    await attempt();
    return [];
  } catch (error) {
    // A cause without a field only states that more rules may be violated.
    const causes = isInvalid(error) && error instanceof StatusError ? (error.details.causes ?? []) : [];
    return causes.filter(({ field }) => field !== '');
  }
}

/** Returns the causes whose reason and field no known one has: the gateway and the cluster word the same cause differently. */
function notIn(known: readonly StatusCause[], causes: readonly StatusCause[]): readonly StatusCause[] {
  const keys = new Set(known.map(keyOf));
  return causes.filter((cause) => !keys.has(keyOf(cause)));
}

function keyOf({ reason, field }: StatusCause): string {
  return `${reason} ${field}`;
}

/**
 * Adds causes that were found in the input to the error of an API server, without those that it has already. Returns any other
 * error unchanged.
 */
export function withFurtherCauses(error: unknown, further: readonly StatusCause[]): unknown {
  if (!isInvalid(error) || !(error instanceof StatusError)) return error;
  const { causes = [], message } = error.details;
  const added = notIn(causes, further);
  if (added.length === 0) return error;
  return new StatusError({
    ...error.details,
    message: `${message}; ${listedCauses(added)}`,
    causes: [...causes, ...added],
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
 * Maps paths of an object to paths of the input, such as `spec.volumes.data[].pvcName` to
 * `input.volumes.data[].claimName`. A path without an entry uses that of its nearest parent. The entry '' is the path of the whole
 * object; without it, other paths are kept.
 */
export type InputPaths = Readonly<Record<string, string>>;

/** Paths for inputs with a complete manifest. */
export const manifestPaths: InputPaths = { '': 'input.manifest' };

const optionPaths: InputPaths = {
  fieldManager: 'input.fieldManager',
  force: 'input.force',
  dryRun: 'input.dryRun',
  propagationPolicy: 'input.propagationPolicy',
  gracePeriodSeconds: 'input.gracePeriodSeconds',
  patch: 'input.patch',
};

/**
 * Waits for a write and maps the paths of its error causes to paths of the input.
 * @throws {StatusError} the error of the write with mapped causes
 */
export async function withInputPaths<R>(paths: InputPaths, outcome: Promise<R>): Promise<R> {
  try {
    return await outcome;
  } catch (error) {
    if (!(error instanceof StatusError) || !error.details.causes?.length) throw error;
    const causes = error.details.causes.map((cause) => inInput({ ...optionPaths, ...paths }, cause));
    // Some API servers report the same cause twice.
    const distinct = [...new Map(causes.map((cause) => [JSON.stringify(cause), cause])).values()];
    throw new StatusError({ ...error.details, causes: distinct });
  }
}

function inInput(paths: InputPaths, cause: StatusCause): StatusCause {
  return { ...cause, field: inputPathOf(paths, cause.field) };
}

/** Returns the input path of a field. The entry with the longest matching path is used. */
export function inputPathOf(paths: InputPaths, objectPath: string): string {
  const field = objectPath.replace(/^\./u, ''); // conflicts of field managers have a leading dot
  if (field === '') return field;
  const keys = [...field.matchAll(/\[([^\]]*)\]/gu)].map(([key]) => key);
  const form = field.replaceAll(/\[[^\]]*\]/gu, '[]');
  const place = Object.keys(paths)
    .filter((path) => form === path || form.startsWith(`${path}.`) || form.startsWith(`${path}[`))
    .toSorted((a, b) => b.length - a.length)[0];
  const whole = paths[''];
  // The gateway's own causes have paths of the input.
  if (place === undefined) return whole && !field.startsWith('input.') ? `${whole}.${field}` : field;
  return `${paths[place]}${form.slice(place.length)}`.replaceAll('[]', () => keys.shift() ?? '[]');
}
