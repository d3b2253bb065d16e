import { describe, expect, it } from 'vitest';
import { selections, type Fields } from '../../support/live/selections.ts';
import { ContractViolation, ClientResultSet, type ReceivedEvent } from '../../support/live/client-result-set.ts';

const selection = selections.find(({ title }) => title === 'workspaces in trouble');

function resultSetOf(...events: readonly ReceivedEvent[]): ClientResultSet {
  if (!selection) throw new TypeError('Expected a selection of this title, got none.');
  const resultSet = new ClientResultSet(selection);
  for (const each of events) resultSet.apply(each);
  return resultSet;
}

function event(type: ReceivedEvent['type'], object: Fields | null = null, cursor = 'cursor'): ReceivedEvent {
  return { type, object, cursor };
}

function nb(uid: string, state = 'ERROR'): Fields {
  return { metadata: { uid }, name: `nb-${uid}`, state };
}

const snapshot = [event('RESET'), event('ADDED', nb('1')), event('SYNCED')];

describe('ClientResultSet', () => {
  it('applies events when they follow the contract', () => {
    const resultSet = resultSetOf(...snapshot, event('ADDED', nb('2')), event('MODIFIED', nb('2', 'PENDING')));
    resultSet.apply(event('DELETED', nb('1', 'RUNNING')));
    expect([...resultSet.objects]).toEqual([['2', nb('2', 'PENDING')]]);
    resultSet.apply(event('RESET'));
    expect([resultSet.objects.size, resultSet.synced]).toEqual([0, false]);
  });

  it.each<[string, readonly ReceivedEvent[]]>([
    ['adds a known object', [...snapshot, event('ADDED', nb('1', 'PENDING'))]],
    ['modifies an unknown object', [...snapshot, event('MODIFIED', nb('2'))]],
    ['deletes an unknown object', [...snapshot, event('DELETED', nb('2'))]],
    ['deletes an object twice', [...snapshot, event('DELETED', nb('1')), event('DELETED', nb('1'))]],
    ['modifies an object without a difference', [...snapshot, event('MODIFIED', nb('1'))]],
    ['starts without RESET', [event('ADDED', nb('1')), event('SYNCED')]],
    [
      'modifies an object within a snapshot',
      [event('RESET'), event('ADDED', nb('1')), event('MODIFIED', nb('1', 'PENDING'))],
    ],
    ['contains an object of another selection', [...snapshot, event('ADDED', nb('2', 'RUNNING'))]],
    ['completes a snapshot twice', [...snapshot, event('SYNCED')]],
    ['adds objects again without a RESET', [...snapshot, event('ADDED', nb('1')), event('SYNCED')]],
    ['has no cursor', [event('RESET'), event('ADDED', nb('1'), '')]],
    ['has no object', [event('RESET'), event('ADDED')]],
    ['has no uid', [event('RESET'), event('ADDED', { name: 'nb-1', state: 'ERROR' })]],
  ])('throws ContractViolation when a stream %s', (_, events) => {
    expect(() => resultSetOf(...events)).toThrow(ContractViolation);
  });

  it('accepts MODIFIED without a difference when it is part of a catch-up', () => {
    const resultSet = resultSetOf(...snapshot);
    resultSet.startCatchUp();
    for (const each of [event('MODIFIED', nb('1')), event('SYNCED')]) resultSet.apply(each);
    expect(() => resultSet.apply(event('MODIFIED', nb('1')))).toThrow(ContractViolation);
  });
});
