import type { ForeignAnswer } from './tampering-proxy.ts';

/** Target of the redirect, to which no credentials may be sent. */
export const ELSEWHERE = '/elsewhere';

export interface MalformedAnswer extends ForeignAnswer {
  readonly title: string;
  /** Code of the error if the answer is a Status that the client may read. */
  readonly code?: string;
}

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };
const page = '<html><body>Please sign in</body></html>';
const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
const tooMany = { ...status, message: 'too many requests', reason: 'TooManyRequests', code: 429 };
const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', uid: 'u', resourceVersion: '1' } };
const deleted = { ...other.metadata, deletionTimestamp: '2026-11-25T10:00:00Z', finalizers: ['example.com/a'] };

/** Answers that are not what the Kubernetes API defines, to any request. */
export const malformedAnswers: readonly MalformedAnswer[] = [
  { title: 'null', status: 200, headers: json, body: 'null' },
  { title: 'a list', status: 200, headers: json, body: '[]' },
  { title: 'an empty object', status: 200, headers: json, body: '{}' },
  { title: 'a page', status: 200, headers: html, body: page },
  { title: 'a page with HTTP 502', status: 502, headers: html, body: page },
  { title: 'a page with HTTP 404', status: 404, headers: html, body: page },
  { title: 'JSON that ends early', status: 200, headers: json, body: '{"kind":"Secret","metadata":{"na' },
  { title: 'empty', status: 200, headers: json, body: '' },
  {
    title: 'of another content type',
    status: 200,
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    body: 'k8s\0\n\v\n\u0002v1\u0012\u0005Hello',
  },
  {
    title: 'a Status of a failure with HTTP 200',
    status: 200,
    headers: json,
    body: JSON.stringify(tooMany),
    code: 'RATE_LIMITED',
  },
  {
    title: 'a Status of a failure that says HTTP 200',
    status: 200,
    headers: json,
    body: JSON.stringify({ ...status, code: 200 }),
  },
  { title: 'a redirect', status: 302, headers: { location: ELSEWHERE }, body: '' },
  { title: 'an object of another kind', status: 200, headers: json, body: JSON.stringify(other) },
  {
    title: 'an object of another kind that is deleted',
    status: 200,
    headers: json,
    body: JSON.stringify({ ...other, metadata: deleted }),
  },
  {
    title: 'a list of another kind',
    status: 200,
    headers: json,
    body: JSON.stringify({ kind: 'ConfigMapList', metadata: { resourceVersion: '1' }, items: [other] }),
  },
];
