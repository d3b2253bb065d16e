import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { listedCauses, StatusError } from '../kubernetes/status-error.ts';
import { failure, publicError } from './errors.ts';

/** Returns the error that the client gets, and whether it was reported as unexpected. */
function shown(error: unknown) {
  const unexpected: unknown[] = [];
  const { message, extensions, path } = publicError(error, (each) => unexpected.push(each));
  return { code: extensions['code'], message, path, isUnexpected: unexpected.length > 0 };
}

async function thrownBy(action: () => Promise<unknown>): Promise<unknown> {
  return action().catch((error: unknown) => error);
}

it('returns TIMEOUT and reports nothing when a request was aborted because its client left', async () => {
  const error = await thrownBy(() => fetch('http://127.0.0.1/', { signal: AbortSignal.abort() }));
  expect(shown(error)).toMatchObject({ code: 'TIMEOUT', isUnexpected: false });
});

it('returns the reason of the abort when it is coded', () => {
  const reason = failure('RATE_LIMITED', 'Expected fewer requests.');
  const error = Object.assign(new Error('The operation was aborted', { cause: reason }), { name: 'AbortError' });
  const located = new GraphQLError(error.message, { path: ['workspaces'], cause: error });
  expect(shown(located)).toEqual({
    code: 'RATE_LIMITED',
    message: reason.message,
    path: ['workspaces'],
    isUnexpected: false,
  });
});

it('returns INTERNAL without the message and reports the error when it is unexpected', () => {
  const error = new TypeError('Cannot read properties of undefined');
  expect(shown(error)).toMatchObject({ code: 'INTERNAL', isUnexpected: true });
  expect(shown(error).message).not.toContain('undefined');
});

it('collects no stack for expected errors, which a request can cause by the hundred', () => {
  const denied = new StatusError({ code: 403, reason: 'Forbidden', message: 'You may not get it.' });
  const located = new GraphQLError('', { originalError: denied, path: ['a'] });
  const errors = [failure('CONFLICT', 'changed'), publicError(located, () => undefined)];
  for (const { stack } of errors) expect(stack).not.toContain('\n');
  expect(new Error('unexpected').stack).toContain('\n');
});

function messageWithCause(reason: string, field: string): string {
  const causes = [{ reason, field, message: 'It is in use.' }];
  return shown(new StatusError({ code: 409, reason: 'Conflict', message: 'Cannot be fulfilled', causes })).message;
}

it('adds the causes of a Status that name no field to its message, but not the text of another response', () => {
  expect(messageWithCause('', '')).toBe('Cannot be fulfilled: It is in use.');
  expect(messageWithCause('', 'metadata.name')).toBe('Cannot be fulfilled');
  expect(messageWithCause('UnexpectedServerResponse', '')).toBe('Cannot be fulfilled');
});

it('separates several causes that name no field by semicolons', () => {
  const causes = ['It is in use.', 'It is full.'].map((message) => ({ reason: '', field: '', message }));
  const { message } = shown(new StatusError({ code: 409, reason: 'Conflict', message: 'Cannot be fulfilled', causes }));
  expect(message).toBe('Cannot be fulfilled: It is in use.; It is full.');
});

it('returns at most 100 causes and the beginning of long texts when an error has more', () => {
  const causes = Array.from({ length: 5_000 }, (_, index) => ({
    reason: 'FieldValueInvalid',
    field: `input.labels[${index}]`,
    message: `${index} ${'x'.repeat(10_000)}`,
  }));
  const error = new StatusError({ code: 422, reason: 'Invalid', message: listedCauses(causes), causes });
  const { message, extensions } = publicError(error, () => undefined);
  expect(extensions['causes']).toHaveLength(100);
  expect(JSON.stringify([message, extensions]).length).toBeLessThan(250_000);
});
