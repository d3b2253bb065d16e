import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InjectedError } from '../../dev/simulator/faults.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';

const PATCH = 'mutation ($input: PatchWorkspaceInput!) { patchWorkspace(input: $input) { workspace { name } } }';
const CREATE = 'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { workspace { name } } }';

/** HTTP status, `Status.reason` and the error code that clients receive. */
const failures: readonly (readonly [status: number, reason: string, code: string])[] = [
  [400, 'BadRequest', 'BAD_REQUEST'],
  [401, 'Unauthorized', 'UNAUTHENTICATED'],
  [403, 'Forbidden', 'FORBIDDEN'],
  [404, 'NotFound', 'KIND_UNAVAILABLE'], // without an object name in its details
  [405, 'MethodNotAllowed', 'METHOD_NOT_ALLOWED'],
  [406, 'NotAcceptable', 'NOT_ACCEPTABLE'],
  [409, 'Conflict', 'CONFLICT'],
  [409, 'AlreadyExists', 'ALREADY_EXISTS'],
  [410, 'Expired', 'EXPIRED'],
  [410, 'Gone', 'EXPIRED'],
  [413, 'RequestEntityTooLarge', 'TOO_LARGE'],
  [415, 'UnsupportedMediaType', 'UNSUPPORTED_MEDIA_TYPE'],
  [422, 'Invalid', 'INVALID'],
  [429, 'TooManyRequests', 'RATE_LIMITED'],
  [500, 'InternalError', 'INTERNAL'],
  [500, 'StorageReadError', 'INTERNAL'],
  [500, 'ServerTimeout', 'TIMEOUT'],
  [503, 'ServiceUnavailable', 'UNAVAILABLE'],
  [504, 'Timeout', 'TIMEOUT'],
  [504, 'ServerTimeout', 'TIMEOUT'],
  [502, '', 'UNAVAILABLE'],
  [409, '', 'CONFLICT'],
  [429, '', 'RATE_LIMITED'],
  [500, '', 'INTERNAL'],
  [418, 'NeverHeardOf', 'INTERNAL'],
];

describe('a failure of the API server', () => {
  let gateway: SimulatedGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb')] });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  async function refused(refusal: InjectedError): Promise<Answer['errors']> {
    using _ = gateway.cluster.faults.refuse({ ...refusal, when: ({ verb }) => verb === 'patch' });
    const input = { namespace: 'team-a', name: 'nb', type: 'MERGE', patch: {} };
    return (await gateway.query(PATCH, { input })).errors;
  }

  it.each(failures)('maps HTTP %i %s to the code %s', async (status, reason, code) => {
    const errors = await refused({ status, reason, message: 'so it is' });
    const messageField = code === 'KIND_UNAVAILABLE' ? {} : { message: 'so it is' };
    const details = code === 'KIND_UNAVAILABLE' ? {} : reason && { reason };
    expect(errors).toMatchObject([
      { ...messageField, path: ['patchWorkspace'], extensions: { code, status, ...Object(details) } },
    ]);
  });

  it('returns retryAfterSeconds when the API server sends it', async () => {
    for (const status of [429, 503, 500]) {
      const errors = await refused({ status, retryAfterSeconds: 3 });
      expect(errors).toMatchObject([{ extensions: { retryAfterSeconds: 3 } }]);
    }
  });
});

describe('a failure with causes', () => {
  it('returns the cause when the namespace is terminating', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a')] });
    const going = namespace('team-b');
    const held = {
      ...going,
      metadata: { ...going.metadata, finalizers: ['example.org/keep'], deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    gateway.cluster.apply(held);
    const input = { namespace: 'team-b', name: 'nb', kind: 'k', imageConfig: 'i', podConfig: 'p' };
    const { errors } = await gateway.query(CREATE, { input });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('being terminated'),
        extensions: { code: 'FORBIDDEN', causes: [{ reason: 'NamespaceTerminating', field: 'input.namespace' }] },
      },
    ]);
  });

  it('returns TOO_LARGE when the object exceeds the size limit', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb')] });
    const patch = { metadata: { annotations: { much: 'x'.repeat(3_200_000) } } };
    const input = { namespace: 'team-a', name: 'nb', type: 'MERGE', patch };
    expect((await gateway.query(PATCH, { input })).errors).toMatchObject([
      { extensions: { code: 'TOO_LARGE', status: 413 } },
    ]);
  });

  it('returns INVALID with the paths in the input when options do not exist', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb')] });
    const input = { namespace: 'team-a', name: 'nb', type: 'MERGE', patch: {}, force: true };
    const { errors } = await gateway.query(PATCH, { input });
    expect(errors).toMatchObject([
      { extensions: { code: 'INVALID', causes: [{ reason: 'FieldValueForbidden', field: 'input.force' }] } },
    ]);
  });

  it('returns UNAVAILABLE when the API server does not accept connections', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb')] });
    await gateway.cluster.faults.stop();
    const input = { namespace: 'team-a', name: 'nb', type: 'MERGE', patch: {} };
    const { errors } = await gateway.query(PATCH, { input });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', status: 503 } }]);
  });
});
