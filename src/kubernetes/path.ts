import { StatusError } from './status-error.ts';

/** The decoded segments of a request path, such as `['api', 'v1', 'namespaces', 'team-a']`. */
export type PathSegments = readonly string[];

/** U+0000 to U+001F and U+007F to U+009F. */
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Returns the reason why a text cannot be one segment of a request path, or undefined if it can. The rules are those of
 * `IsValidPathSegmentName` in k8s.io/apimachinery. An empty segment would address the collection instead of an object of
 * it; ill-formed Unicode would arrive as another text; no name in Kubernetes has control characters.
 */
export function pathSegmentProblem(segment: string): string | undefined {
  if (segment === '') return 'must not be empty';
  if (segment === '.' || segment === '..') return `must not be "${segment}"`;
  const character = /[/%]/u.exec(segment)?.[0];
  if (character !== undefined) return `must not contain "${character}"`;
  if (!segment.isWellFormed()) return 'must be well-formed Unicode';
  return CONTROL_CHARACTER.test(segment) ? 'must not contain control characters' : undefined;
}

/**
 * Builds the path of a request: the only place in which one is made. Each segment arrives at the API server as the text that
 * it is here.
 * @throws {StatusError} 422 Invalid if a segment is none, see {@link pathSegmentProblem}
 */
export function encodePath(segments: PathSegments): string {
  return segments.map((segment) => `/${encodePathSegment(segment)}`).join('');
}

function encodePathSegment(segment: string): string {
  const problem = pathSegmentProblem(segment);
  if (problem === undefined) return encodeURIComponent(segment);
  throw new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `Expected a segment of a request path, got ${quote(segment)}: it ${problem}.`,
    causes: [{ reason: 'FieldValueInvalid', field: 'path', message: problem }],
  });
}

const MAX_QUOTED_LENGTH = 100;

/** The text as a JSON string of at most 100 characters of it: escaped, so that it is safe in a log. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text);
}
