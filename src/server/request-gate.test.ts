import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { RbacStorage } from '../../test/support/access/rbac-storage.ts';
import { ReviewedUser } from '../../test/support/access/reviewed-user.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Viewer } from '../auth/viewer.ts';
import { ConcurrencyLimit } from '../graphql/concurrency-limit.ts';
import { Deadline } from '../graphql/deadline.ts';
import { failure } from '../graphql/errors.ts';
import { BytesInFlight } from '../scheduling/bytes-in-flight.ts';
import { RequestGate } from './request-gate.ts';
import { ResponseTransport } from './flow-control.ts';

const MAX_BODY_BYTES = 100_000;
const { viewer } = new ReviewedUser(new RbacStorage(), { name: 'ann', groups: [] });

/** Returns a gate for one request in progress of each viewer, a request, and its response. */
function admission(
  authenticate: Authenticator,
  { method = 'GET', length }: { method?: string; length?: number | undefined } = {},
) {
  const operationLimit = new ConcurrencyLimit({
    perViewer: { setting: 'MAX_REQUESTS_PER_VIEWER', max: 1 },
    noun: 'requests',
  });
  const bytesInFlight = new BytesInFlight(MAX_BODY_BYTES);
  const gate = new RequestGate({
    authenticate,
    publicError: (error) => failure('INTERNAL', String(error)),
    requestTimeoutMs: 60_000,
    operationLimit,
    bytesInFlight,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  const request = new IncomingMessage(new Socket());
  request.method = method;
  if (length !== undefined) request.headers['content-length'] = String(length);
  return { gate, operationLimit, bytesInFlight, request, response: new ServerResponse(request) };
}

it('counts no request as in progress when its client disconnects while it is authenticated', async () => {
  const authenticated = Promise.withResolvers<Viewer>();
  const { gate, operationLimit, request, response } = admission(() => authenticated.promise);
  const admitted = gate.admit(request, response);
  response.emit('close');
  authenticated.resolve(viewer);
  await expect(admitted).rejects.toThrow('cancelled');
  expect(() => operationLimit.enter('ann')).not.toThrow();
});

it('counts a request as in progress until its response is closed', async () => {
  const { gate, operationLimit, request, response } = admission(() => viewer);
  await gate.admit(request, response);
  expect(() => operationLimit.enter('ann')).toThrow('Expected at most 1');
  response.emit('close');
  expect(() => operationLimit.enter('ann')).not.toThrow();
});

it.each([
  { case: 'half of the free bytes', method: 'POST', length: 40_000, waits: true },
  { case: 'unknown length', method: 'POST', length: undefined, waits: true },
  { case: 'few bytes', method: 'POST', length: 30_000, waits: false },
  { case: 'more bytes than are read', method: 'POST', length: MAX_BODY_BYTES + 1, waits: false },
  { case: 'no operation', method: 'GET', length: 40_000, waits: false },
])('waits for room when there is none and the body has $case: $waits', async ({ waits, ...sent }) => {
  const { gate, bytesInFlight, request, response } = admission(() => viewer, sent);
  using until = new Deadline(60_000);
  const other = bytesInFlight.open({ viewer: 'bob', until, transport: new ResponseTransport(response) });
  other.add(MAX_BODY_BYTES);
  other.mustWait(); // counted
  const admitted = gate.admit(request, response);
  const settled = Promise.allSettled([admitted]);
  expect(admitted instanceof Promise).toBe(waits);
  response.emit('close');
  await settled;
});
