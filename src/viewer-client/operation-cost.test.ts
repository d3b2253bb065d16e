import { expect, it } from 'vitest';
import { BytesInFlight, type RequestEnd } from '../scheduling/bytes-in-flight.ts';
import { OperationCost } from './operation-cost.ts';

const transport = { pendingBytes: 0, takenBytes: 0, closeStalled: () => undefined };
const until: RequestEnd = { isOver: false, onOver: () => undefined };

it('counts the bytes of an operation that is executed again once', () => {
  const account = new BytesInFlight(1e9);
  const request = account.open({ viewer: 'ann', until, transport });
  const cost = new OperationCost(500_000, 'ann', request);
  const executions = [1, 2, 3].map(() => {
    cost.restore(0);
    cost.add(10_000);
    expect(request.mustWait()).toBe(false);
    return [request.bytes, account.total];
  });
  const bytes = 10_000 * account.bytesPerCost;
  expect(executions).toEqual([1, 2, 3].map(() => [bytes, bytes]));
  account.observe(1_000); // later results count more
  cost.restore(0);
  expect([request.bytes, account.total]).toEqual([0, 0]);
});
