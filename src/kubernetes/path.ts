import { quoted } from './excerpt.ts';
import { StatusError, type StatusCause } from './status-error.ts';

/** The decoded segments of a request path, such as `['api', 'v1', 'namespaces', 'team-a']`. */
export type PathSegments = readonly string[];

/** Names in Kubernetes have at most 253 characters. They are keys of caches, so they must not have any length. */
const MAX_SEGMENT_LENGTH = 1_024;

/** U+0000 to U+001F and U+007F to U+009F. */
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Returns the reason why a text cannot be one segment of a request path, or undefined if it can. The rules are those of
 * `IsValidPathSegmentName` in k8s.io/apimachinery. An empty segment would address the collection instead of an object of
 * it; ill-formed Unicode would arrive as another text; no name in Kubernetes has control characters.
 */
export function pathSegmentProblem(segment: string): string | undefined {
  if (segment === '') return 'must not be empty';
  if (segment.length > MAX_SEGMENT_LENGTH) return `must have at most ${MAX_SEGMENT_LENGTH} characters`;
  if (segment === '.' || segment === '..') return `must not be "${segment}"`;
  const character = /[/%]/u.exec(segment)?.[0];
  if (character !== undefined) return `must not contain "${character}"`;
  if (!segment.isWellFormed()) return 'must be well-formed Unicode';
  return CONTROL_CHARACTER.test(segment) ? 'must not contain control characters' : undefined;
}

/** Returns a cause for each of these texts, by its field, that cannot be one segment of a request path. */
export function segmentCauses(segments: Readonly<Record<string, string | null | undefined>>): readonly StatusCause[] {
  return Object.entries(segments).flatMap(([field, segment]) => {
    const problem = typeof segment === 'string' ? pathSegmentProblem(segment) : undefined;
    if (problem === undefined) return [];
    return [{ reason: 'FieldValueInvalid', field, message: `${problem}, got ${quoted(segment ?? '')}` }];
  });
}

/** The failure of a request that would need these segments in its path. */
export function invalidSegments(causes: readonly StatusCause[]): StatusError {
  const listed = causes.map(({ field, message }) => `${field} ${message}`).join('; ');
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `Expected names that can be in a path: ${listed}.`,
    causes,
  });
}

/** @throws {StatusError} 422 Invalid if one of these texts, by its field, cannot be one segment of a request path */
export function assertSegments(segments: Readonly<Record<string, string | null | undefined>>): void {
  if (!Object.values(segments).every(isNoneOrValid)) throw invalidSegments(segmentCauses(segments));
}

function isNoneOrValid(segment: string | null | undefined): boolean {
  return typeof segment !== 'string' || pathSegmentProblem(segment) === undefined;
}

/**
 * Builds the path of a request: the only place in which one is made. Each segment arrives at the API server as the text that
 * it is here.
 * @throws {StatusError} 422 Invalid if a segment is none, see {@link pathSegmentProblem}
 */
export function encodePath(segments: PathSegments): string {
  for (const path of segments) if (pathSegmentProblem(path) !== undefined) assertSegments({ path });
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}
