import { expect, it } from 'vitest';
import { decodeStreamCursor, encodeStreamCursor, type StreamPosition } from './cursor.ts';

function positionOf(objects: number): StreamPosition {
  const pastCheckpoint = Array.from({ length: objects }, (_, index) => ({
    token: `token-${index}`.padEnd(16, 'x'),
    version: '18446744073709551615',
    exists: true,
  }));
  const newest = '18446744073709551615';
  const watermark = { version: newest, highest: newest, changedVersion: newest };
  const visibility = { objects: 'x', related: { 'workspacekinds.kubeflow.org': 'y' } };
  return {
    version: '2',
    changedVersion: '1',
    pastCheckpoint,
    related: { 'workspacekinds.kubeflow.org': watermark },
    visibility,
  };
}

it('decodes a cursor with the maximum of 16 objects past the checkpoint', () => {
  const position = positionOf(16);
  expect(decodeStreamCursor('all', 'lists', encodeStreamCursor('all', position))).toEqual({
    ...position,
    isList: false,
  });
});

it('decodes the position of a list from the cursor of an event in the catch-up from it', () => {
  const position = { ...positionOf(1), isList: true };
  expect(decodeStreamCursor('all', 'lists', encodeStreamCursor('all', position))).toEqual(position);
});

it('refuses a cursor that is longer than any of the gateway, without quoting it', () => {
  const cursor = encodeStreamCursor('all', positionOf(1_000));
  expect(() => decodeStreamCursor('all', 'lists', cursor)).toThrow(`got ${cursor.length} characters`);
});
