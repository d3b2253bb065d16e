import { StatusError, type StatusCause } from '../kubernetes/status-error.ts';

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
