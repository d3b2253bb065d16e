import { expect, it } from 'vitest';
import { startTestSimulator, widget, WIDGETS } from './fixture.ts';
import { listAt, textAt } from './json.ts';
import { readSchema } from './schema.ts';
import { withDefaults } from './schema-defaults.ts';
import { prune } from './schema-pruning.ts';
import { validate } from './schema-validation.ts';

it.each([
  [{ color: 'green' }, 'spec.color: Unsupported value: "green": supported values: "red", "blue"'],
  [{ color: undefined }, 'spec.color: Required value'],
  [{ size: 0 }, 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
  [{ size: 'x' }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
  [{ code: 'A' }, 'spec.code: Invalid value: "A": spec.code in body should be at least 2 chars long'],
  [{ code: 'ABC' }, 'spec.code: Invalid value: "ABC": spec.code in body should match \'^[a-z]+$\''],
  [{ code: 'abcdef' }, 'spec.code: Too long: may not be longer than 5'],
  [{ port: true }, 'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
  [{ when: 'x' }, 'spec.when: Invalid value: "x": spec.when in body must be of type date-time: "x"'],
  [{ tags: { a: 1 } }, 'spec.tags.a: Invalid value: "integer": spec.tags.a in body must be of type string: "integer"'],
  [{ mounts: [{}] }, 'spec.mounts[0].path: Required value'],
  [{ mounts: [{ path: '/a' }, { path: '/a' }] }, 'spec.mounts[1]: Duplicate value: {"path":"/a"}'],
])('refuses %j in the words of the real server', async (spec, problem) => {
  await using test = await startTestSimulator();
  const refused = await test.send('POST', WIDGETS, widget('a', spec));
  expect(refused).toMatchObject({ status: 422, body: { reason: 'Invalid', details: { kind: 'Widget' } } });
  expect(refused.body['message']).toBe(`Widget.example.org "a" is invalid: ${problem}`);
  expect(listAt(refused.body['details'], 'causes').map((cause) => textAt(cause, 'field'))).toHaveLength(1);
});

it('fills in defaults, prunes what is unknown, and keeps what is to be kept', async () => {
  await using test = await startTestSimulator();
  const spec = { surplus: 1, note: null, code: null, free: { any: ['thing'] }, mounts: [{ path: '/a', odd: 1 }] };
  const created = await test.send('POST', WIDGETS, widget('a', spec));
  const kept = {
    color: 'red',
    size: 3,
    note: null,
    free: { any: ['thing'] },
    mounts: [{ path: '/a', readOnly: false }],
  };
  expect(created.body['spec']).toEqual(kept);
});

it('warns of unknown fields, refuses them, or says nothing, as asked', async () => {
  await using test = await startTestSimulator();
  const warned = await test.send('POST', WIDGETS, widget('a', { surplus: 1 }));
  expect(warned.headers.get('Warning')).toBe(String.raw`299 - "unknown field \"spec.surplus\""`);
  const silent = await test.send('POST', `${WIDGETS}?fieldValidation=Ignore`, widget('b', { surplus: 1 }));
  expect(silent.headers.get('Warning')).toBeNull();
  const strict = await test.send('POST', `${WIDGETS}?fieldValidation=Strict`, widget('c', { surplus: 1 }));
  expect(strict).toMatchObject({
    status: 400,
    body: { reason: 'BadRequest', message: 'strict decoding error: unknown field "spec.surplus"' },
  });
});

it('holds to rules that forbid a change', async () => {
  await using test = await startTestSimulator({ objects: [widget('a', { shape: 'round' })] });
  const merge = 'application/merge-patch+json';
  const refused = await test.send('PATCH', `${WIDGETS}/a`, { spec: { shape: 'square' } }, merge);
  const cause = { reason: 'FieldValueInvalid', field: 'spec.shape' };
  expect(refused).toMatchObject({ status: 422, body: { details: { causes: [cause] } } });
  expect(refused.body['message']).toContain(`spec.shape: Invalid value: "string": Widget 'shape' is immutable`);
  expect((await test.send('PATCH', `${WIDGETS}/a`, { spec: { size: 5 } }, merge)).status).toBe(200);
});

it('prunes, completes and checks embedded resources', () => {
  const template = { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } };
  const schema = readSchema({ type: 'object', properties: { template } });
  const pruned = prune({ template: { kind: 'Pod', metadata: { name: 'a' }, other: 1 } }, schema);
  expect(pruned.unknownFields).toEqual(['template.other']);
  expect(withDefaults(pruned.object, schema)).toEqual({ template: { kind: 'Pod', metadata: { name: 'a' } } });
  expect(validate(pruned.object, schema)).toMatchObject([
    { field: 'template.apiVersion', reason: 'FieldValueRequired' },
  ]);
});
