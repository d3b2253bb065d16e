import { describe, expect, it } from 'vitest';
import { decodeStatus } from './decode-status.ts';

describe('a Status', () => {
  it('returns causes when the Status has them', () => {
    const causes = [{ reason: 'FieldValueInvalid', field: 'spec.size', message: 'too big' }, {}];
    const details = { name: 'a', kind: 'widgets', causes, retryAfterSeconds: 3 };
    const error = decodeStatus(422, { kind: 'Status', code: 422, reason: 'Invalid', message: 'no', details }, '9');
    expect(error).toMatchObject({ name: 'StatusError', code: 422, reason: 'Invalid', message: 'no' });
    expect(error.details).toMatchObject({ name: 'a', kind: 'widgets', retryAfterSeconds: 3 });
    expect(error.details.causes).toEqual([causes[0], { reason: '', field: '', message: '' }]);
  });

  it.each([
    [undefined, ''],
    ['', ''],
    [null, ', with null instead of a Status'],
    [7, ', with a number instead of a Status'],
    [{}, ', with an object with 0 fields instead of a Status'],
    [{ kind: 'Widget', code: 200, message: 'hm' }, ', with an object with 3 fields instead of a Status'],
  ])('reports the HTTP status when it gets %j', (body, instead) => {
    const message = `The API server responded with HTTP 502${instead}`;
    expect(decodeStatus(502, body)).toMatchObject({ code: 502, reason: '', message });
  });

  it('states the size without content when a proxy sent a page', () => {
    const { message } = decodeStatus(502, `<html>${'x'.repeat(1_000)}`);
    expect(message).toBe(
      'The API server responded with HTTP 502, with a string of 1006 characters instead of a Status',
    );
  });

  it('returns a cause without a field when it is about the whole object', () => {
    const message = 'Invalid value: null: some validation rules were not checked';
    const causes = [{ reason: 'FieldValueInvalid', field: '<nil>', message }];
    const error = decodeStatus(422, { kind: 'Status', reason: 'Invalid', details: { causes } });
    expect(error.details.causes).toEqual([{ reason: 'FieldValueInvalid', field: '', message }]);
  });

  it('returns one cause per field when strict decoding refuses a patch', () => {
    const object = JSON.stringify(JSON.stringify({ spec: { note: 'a "secret": b\n', surplus: 1 } }));
    const problems = [
      'unknown field "spec.surplus"',
      'duplicate field "spec.note"',
      'json patch unknown field "[0].odd"',
    ];
    const message = `Invalid value: ${object}: strict decoding error: ${problems.join(', ')}`;
    const causes = [{ reason: 'FieldValueInvalid', field: 'patch', message }];
    const status = {
      kind: 'Status',
      reason: 'Invalid',
      message: ` "" is invalid: patch: ${message}`,
      details: { causes },
    };
    const error = decodeStatus(422, status);
    expect(error).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(error.message).toBe(`strict decoding error: ${problems.join(', ')}`);
    expect(error.details.causes).toEqual([
      { reason: 'FieldValueInvalid', field: 'spec.surplus', message: problems[0] },
      { reason: 'FieldValueInvalid', field: 'spec.note', message: problems[1] },
      { reason: 'FieldValueInvalid', field: 'patch[0].odd', message: problems[2] },
    ]);
  });

  it.each([
    { field: 'patch', message: 'Invalid value: "{}": something else' },
    { field: 'spec.patch', message: 'Invalid value: "{}": strict decoding error: unknown field "a"' },
    { field: 'patch', message: 'strict decoding error: unknown field "a"' },
  ])('keeps the cause %j as it is', (cause) => {
    const causes = [{ reason: 'FieldValueInvalid', ...cause }];
    const error = decodeStatus(422, { kind: 'Status', reason: 'Invalid', message: 'no', details: { causes } });
    expect([error.message, error.details.causes]).toEqual(['no', causes]);
  });

  it('returns the message when the Status has no details and no code', () => {
    const error = decodeStatus(500, { kind: 'Status', message: 'broken', details: null });
    expect(error).toMatchObject({ code: 500, reason: '', message: 'broken', details: { causes: [] } });
  });
});
