import { forbiddenValue, invalidValue } from '../causes.ts';
import { queryFlag, queryInteger } from '../request-options.ts';
import { badRequestError, invalidError, type Cause } from '../status.ts';

/** Validated query of a log request. */
export interface ParsedLogOptions {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** All lines if undefined. */
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Older lines are omitted. Milliseconds since the epoch. */
  readonly sinceMs: number | undefined;
}

/** @throws {ApiStatusError} 400 for malformed values, 422 for invalid ones */
export function parseLogOptions(query: URLSearchParams, pod: string): ParsedLogOptions {
  const tailLines = queryInteger(query, 'tailLines');
  const limitBytes = queryInteger(query, 'limitBytes');
  const sinceSeconds = queryInteger(query, 'sinceSeconds');
  const sinceTime = time(query, 'sinceTime');
  const causes = [
    ...(tailLines !== undefined && tailLines < 0 ? [tooSmall('tailLines', tailLines, 'or equal to 0')] : []),
    ...(limitBytes !== undefined && limitBytes < 1 ? [tooSmall('limitBytes', limitBytes, '0')] : []),
    ...sinceCauses(sinceSeconds, sinceTime),
  ];
  if (causes.length > 0) throw invalidError({ group: '', kind: 'PodLogOptions', name: pod }, causes);
  return {
    container: query.get('container') ?? '',
    follow: queryFlag(query, 'follow') ?? false,
    previous: queryFlag(query, 'previous') ?? false,
    timestamps: queryFlag(query, 'timestamps') ?? false,
    tailLines,
    limitBytes,
    sinceMs: sinceSeconds === undefined ? sinceTime : Date.now() - sinceSeconds * 1_000,
  };
}

function sinceCauses(seconds: number | undefined, moment: number | undefined): readonly Cause[] {
  if (seconds === undefined) return [];
  if (moment !== undefined)
    return [forbiddenValue('', 'at most one of `sinceTime` or `sinceSeconds` may be specified')];
  return seconds < 1 ? [tooSmall('sinceSeconds', seconds, '0')] : [];
}

function tooSmall(field: string, value: number, bound: string): Cause {
  return invalidValue(field, value, `must be greater than ${bound}`);
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/u;

/** Fractions of a second are dropped, as on the way from kube-apiserver to the kubelet. */
function time(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const moment = RFC_3339.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(moment)) return Math.floor(moment / 1_000) * 1_000;
  const quoted = JSON.stringify(text);
  throw badRequestError(`parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`);
}
