import { describe, expect, it } from 'vitest';
import { selections, type Fields } from '../../support/live/selections.ts';
import { ContractViolation, ClientView, type ReceivedEvent } from '../../support/live/view.ts';

const selection = selections.find(({ title }) => title === 'workspaces in trouble');

function viewOf(...events: readonly ReceivedEvent[]): ClientView {
  if (!selection) throw new TypeError('There is no such selection.');
  const view = new ClientView(selection);
  for (const event of events) view.take(event);
  return view;
}

function told(type: ReceivedEvent['type'], object: Fields | null = null, cursor = 'cursor'): ReceivedEvent {
  return { type, object, cursor };
}

function nb(uid: string, state = 'ERROR'): Fields {
  return { metadata: { uid }, name: `nb-${uid}`, state };
}

const snapshot = [told('ADDED', nb('1')), told('SYNCED')];

describe('a follower', () => {
  it('holds what it is told', () => {
    const view = viewOf(...snapshot, told('ADDED', nb('2')), told('MODIFIED', nb('2', 'PENDING')));
    view.take(told('DELETED', nb('1', 'RUNNING')));
    expect([...view.held]).toEqual([['2', nb('2', 'PENDING')]]);
    view.take(told('RESET'));
    expect([view.held.size, view.synced]).toEqual([0, false]);
  });

  it.each<[string, readonly ReceivedEvent[]]>([
    ['adds what is held', [...snapshot, told('ADDED', nb('1', 'PENDING'))]],
    ['modifies what is not held', [...snapshot, told('MODIFIED', nb('2'))]],
    ['deletes what is not held', [...snapshot, told('DELETED', nb('2'))]],
    ['deletes twice', [...snapshot, told('DELETED', nb('1')), told('DELETED', nb('1'))]],
    ['modifies nothing', [...snapshot, told('MODIFIED', nb('1'))]],
    ['modifies within a snapshot', [told('ADDED', nb('1')), told('MODIFIED', nb('1', 'PENDING'))]],
    ['tells of another selection', [...snapshot, told('ADDED', nb('2', 'RUNNING'))]],
    ['completes a snapshot twice', [...snapshot, told('SYNCED')]],
    ['adds once more what a RESET has not made forgotten', [...snapshot, told('RESET'), ...snapshot, ...snapshot]],
    ['has no cursor', [told('ADDED', nb('1'), '')]],
    ['has no object', [told('ADDED')]],
    ['has no uid', [told('ADDED', { name: 'nb-1', state: 'ERROR' })]],
  ])('complains of a stream that %s', (_, events) => {
    expect(() => viewOf(...events)).toThrow(ContractViolation);
  });

  it('lets only a resumption tell what is held just so', () => {
    const view = viewOf(...snapshot);
    view.goOn();
    for (const event of [told('MODIFIED', nb('1')), told('SYNCED')]) view.take(event);
    expect(() => view.take(told('MODIFIED', nb('1')))).toThrow(ContractViolation);
  });
});
