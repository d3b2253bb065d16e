import { expect, it } from 'vitest';
import { startTestSimulator, widget, WIDGETS, type TestSimulator } from './test-simulator.ts';

const APPLY = 'application/apply-patch+yaml';

function applied(test: TestSimulator, manager: string, spec: object, query = '') {
  const body = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'a' }, spec };
  return test.send('PATCH', `${WIDGETS}/a?fieldManager=${manager}${query}`, body, APPLY);
}

it('creates the object when it does not exist and updates it otherwise', async () => {
  await using test = await startTestSimulator();
  expect(await applied(test, 'me', { color: 'red' })).toMatchObject({ status: 201, body: { spec: { size: 3 } } });
  expect(await applied(test, 'me', { color: 'blue' })).toMatchObject({
    status: 200,
    body: { spec: { color: 'blue' } },
  });
});

it('removes a field when its manager stops applying it and no other manager owns it', async () => {
  await using test = await startTestSimulator();
  await applied(test, 'me', { color: 'red', code: 'abc', note: 'x' });
  await applied(test, 'you', { color: 'red', note: 'x' });
  const { body } = await applied(test, 'me', { color: 'red' });
  expect(body['spec']).toEqual({ color: 'red', size: 3, note: 'x' });
});

it('returns a conflict that names managers and fields unless force is set', async () => {
  await using test = await startTestSimulator();
  await applied(test, 'me', { color: 'red', code: 'abc' });
  const refused = await applied(test, 'you', { color: 'blue', code: 'abc' });
  expect(refused).toMatchObject({
    status: 409,
    body: {
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "me" using example.org/v1: .spec.color',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "me" using example.org/v1', field: '.spec.color' },
        ],
      },
    },
  });
  const forced = await applied(test, 'you', { color: 'blue', code: 'abc' }, '&force=true');
  expect(forced).toMatchObject({ status: 200, body: { spec: { color: 'blue' } } });
  expect(await applied(test, 'me', { color: 'red', code: 'abc' })).toMatchObject({ status: 409 });
});

it('returns a conflict when an update under the same manager name changed the field', async () => {
  await using test = await startTestSimulator();
  await applied(test, 'me', { color: 'red' });
  const merge = { spec: { color: 'blue' } };
  await test.send('PATCH', `${WIDGETS}/a?fieldManager=me`, merge, 'application/merge-patch+json');
  expect(await applied(test, 'me', { color: 'red' })).toMatchObject({ status: 409 });
  expect(await applied(test, 'me', { color: 'blue' })).toMatchObject({ status: 200 });
});

it('checks the resourceVersion only when the applied object has one', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const body = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'a', resourceVersion: '1' } };
  const stale = await test.send('PATCH', `${WIDGETS}/a?fieldManager=me`, body, APPLY);
  expect(stale).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
});

it('requires a field manager, and refuses force for other patches', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const body = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'a' } };
  const unnamed = await test.send('PATCH', `${WIDGETS}/a`, body, APPLY);
  expect(unnamed).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'fieldManager' }] } } });
  const forced = await test.send('PATCH', `${WIDGETS}/a?force=true`, {}, 'application/merge-patch+json');
  expect(forced).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'force' }] } } });
});
