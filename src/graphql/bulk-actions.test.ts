import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BulkActions, type BulkAction, type BulkActionStatus, type ObjectOutcome } from './bulk-actions.ts';

const END = { done: true, value: undefined };
const names = (count: number) => Array.from({ length: count }, (_, index) => `nb-${index}`);

function outcome(name: string, more: Partial<ObjectOutcome> = {}): ObjectOutcome {
  return { namespace: 'team-a', name, code: undefined, message: undefined, causes: [], warnings: [], ...more };
}

function start(actions: BulkActions, owner: string, actionId: string, count = 1): BulkAction {
  const action = { owner, actionId, mutation: 'pauseWorkspaces', dryRun: false };
  return actions.start(action, names(count), async (name) => outcome(name));
}

/** Starts an action and waits until it has ended and does not count as running any more. */
async function complete(...args: Parameters<typeof start>): Promise<void> {
  await start(...args).delivered;
  await nextTurn();
}

function create(limits: { max?: number; maxPerViewer?: number } = {}): BulkActions {
  return new BulkActions({ max: 50, maxPerViewer: 50, onEnd: () => undefined, ...limits });
}

/** Returns the ids of a viewer's actions that are kept, of those from 0 on. */
function keptOf(actions: BulkActions, owner: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => index).filter((index) => {
    try {
      return Boolean(actions.get(owner, String(index)));
    } catch {
      return false;
    }
  });
}

describe('BulkActions', () => {
  it('keeps the last 10 ended actions of a viewer', async () => {
    const actions = create();
    for (let index = 0; index < 15; index += 1) await complete(actions, 'eve', String(index));
    await complete(actions, 'other', '0');
    await complete(actions, 'eve', '15');
    expect(keptOf(actions, 'eve', 16)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(keptOf(actions, 'other', 1)).toEqual([0]);
  });

  it('keeps the last ended actions of 20,000 objects together', async () => {
    const actions = create();
    for (let index = 0; index < 25; index += 1) await complete(actions, `viewer-${index}`, '0', 1_000);
    await complete(actions, 'last', '0');
    const kept = Array.from({ length: 25 }, (_, index) => keptOf(actions, `viewer-${index}`, 1).length);
    expect(kept.lastIndexOf(0)).toBe(5);
  });

  it('reports the end of each of many actions that end at the same moment', async () => {
    const ended: string[] = [];
    const onEnd = (_viewer: string, { actionId }: BulkActionStatus) => void ended.push(actionId);
    const actions = new BulkActions({ max: 50, maxPerViewer: 50, onEnd });
    const writing = Promise.withResolvers<void>();
    const ids = Array.from({ length: 15 }, (_, index) => String(index));
    const running = ids.map((actionId) =>
      actions.start({ owner: 'eve', actionId, mutation: 'm', dryRun: false }, names(1), async (name) => {
        await writing.promise;
        return outcome(name);
      }),
    );
    await nextTurn();
    writing.resolve();
    await Promise.all(running.map(({ delivered }) => delivered));
    await nextTurn();
    expect(ended.toSorted((a, b) => Number(a) - Number(b))).toEqual(ids);
    expect(keptOf(actions, 'eve', 15)).toHaveLength(10);
  });

  it('cuts long texts of outcomes', async () => {
    const actions = create();
    const long = 'x'.repeat(10_000);
    const causes = Array.from({ length: 50 }, () => ({ reason: long, field: long, message: long }));
    const write = async (name: string) =>
      outcome(name, { code: 'INVALID', message: long, causes, warnings: causes.map(() => long) });
    const action = actions.start({ owner: 'eve', actionId: 'a', mutation: 'm', dryRun: false }, names(1), write);
    await action.delivered;
    const { value } = await action.events(new AbortController().signal).next();
    expect(JSON.stringify(value).length).toBeLessThan(5_000);
  });

  it('limits the running actions of all viewers, and starts others when one has ended', async () => {
    const actions = create({ max: 2 });
    const running = [start(actions, 'a', '1'), start(actions, 'b', '1')];
    expect(() => start(actions, 'c', '1')).toThrow('MAX_BULK_ACTIONS');
    await Promise.all(running.map(({ delivered }) => delivered));
    await nextTurn();
    await complete(actions, 'c', '1');
  });

  it('starts none after it was stopped', async () => {
    const actions = create();
    const running = start(actions, 'a', '1', 100);
    await actions.stop();
    expect(running.status.state).toBe('INTERRUPTED');
    expect(() => start(actions, 'a', '2')).toThrow('shutting down');
  });

  it('releases a reader that leaves between two events, and writes the other objects', async () => {
    const actions = create();
    const writing = Promise.withResolvers<void>();
    const action = actions.start(
      { owner: 'eve', actionId: 'a', mutation: 'm', dryRun: false },
      names(2),
      async (name) => {
        await writing.promise;
        return outcome(name);
      },
    );
    const leaving = new AbortController();
    const events = action.events(leaving.signal);
    await events.next();
    const [waiting, returned] = [events.next(), events.return(undefined)];
    leaving.abort();
    expect(await Promise.all([waiting, returned])).toEqual([END, END]);
    writing.resolve();
    await action.delivered; // pending as long as there is a reader
    expect(action.status).toMatchObject({ state: 'COMPLETED', succeeded: 2 });
  });

  it('keeps no reader of a bulk action when one returns before its first event', async () => {
    const action = start(create(), 'eve', 'a', 3);
    expect(await action.events(new AbortController().signal).return(undefined)).toEqual(END);
    await action.delivered;
    expect(action.status).toMatchObject({ state: 'COMPLETED', succeeded: 3 });
  });
});
