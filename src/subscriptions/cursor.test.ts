import { expect, it } from 'vitest';
import {
  advance,
  decodeStreamCursor,
  encodeStreamCursor,
  INITIAL_POSITION,
  isSameVisibility,
  MAX_WATERMARKS,
  shortHash,
  type StreamPosition,
} from './cursor.ts';

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

it('encodes a position for each selection', () => {
  const position = positionOf(1);
  const cursors = ['all', 'other'].map((selection) => encodeStreamCursor(selection, position));
  expect(() => decodeStreamCursor('all', 'lists', cursors[1] ?? '')).toThrow('got one of another');
  expect(encodeStreamCursor('all', position)).toBe(cursors[0]);
});

it('encodes a position with more than 40 watermarks as the initial one', () => {
  const encoded = [MAX_WATERMARKS, MAX_WATERMARKS + 1].map((count) => {
    const watermark = { version: '2', highest: '2', changedVersion: '2' };
    const related = Object.fromEntries(Array.from({ length: count }, (_, index) => [`pods/${index}`, watermark]));
    return decodeStreamCursor('all', 'lists', encodeStreamCursor('all', { ...positionOf(1), related })).version;
  });
  expect(encoded).toEqual(['2', '']);
});

function cursorOf(...parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([shortHash('all'), '2', ...parts])).toString('base64url');
}

const scopes = ['x', ['pods', 'y']];
const state = ['token', '3', true];
const watermark = ['pods', '2', '2'];

it.each([
  ['states are missing', [null, [watermark], scopes]],
  ['a state is incomplete', [[state, ['token', '3']], [watermark], scopes]],
  ['a watermark is incomplete', [[state], [watermark, ['pods', '2']], scopes]],
  ['the scopes are missing', [[state], [watermark], []]],
  ['a scope of a related resource is no text', [[state], [watermark], ['x', ['pods', 1]]]],
])('refuses a cursor of which %s', (_, parts) => {
  expect(decodeStreamCursor('all', 'lists', cursorOf([state], [watermark], scopes)).version).toBe('2');
  expect(() => decodeStreamCursor('all', 'lists', cursorOf(...parts))).toThrow('Expected the cursor of a subscription');
});

it('replaces an earlier state of an object, and starts again when more than 16 objects are past the checkpoint', () => {
  const position = positionOf(15);
  const earlier = { token: 'next', version: '3', exists: true };
  const later = { ...earlier, version: '4' };
  const full = advance(advance(position, earlier), later);
  expect(full.pastCheckpoint).toEqual([...position.pastCheckpoint, later]);
  expect(advance(full, { ...later, token: 'one too many' })).toBe(INITIAL_POSITION);
  expect(advance(INITIAL_POSITION, later)).toBe(INITIAL_POSITION);
});

it.each([
  ['the same', { objects: 'x', related: { pods: 'y', nodes: 'z' } }, true],
  ['other objects', { objects: 'o', related: { pods: 'y' } }, false],
  ['another scope of a related resource', { objects: 'x', related: { pods: 'o' } }, false],
  ['a resource that was not selected before', { objects: 'x', related: { pods: 'y', volumes: 'v' } }, true],
])('returns whether a client may catch up when it sees %s', (_, now, isSame) => {
  expect(isSameVisibility({ objects: 'x', related: { pods: 'y', nodes: 'z' } }, now)).toBe(isSame);
});
