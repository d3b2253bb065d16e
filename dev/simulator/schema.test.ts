import { expect, it } from 'vitest';
import { startTestSimulator, widget, WIDGETS } from './test-simulator.ts';
import { parseSchema } from './schema.ts';
import { prune, applyDefaults } from './schema-fields.ts';
import { evaluateRules } from './schema-rules.ts';
import { validateEmbedded } from './schema-validation.ts';

it('applies defaults, prunes unknown fields and preserves those marked to be preserved', async () => {
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

it('prunes, defaults and validates embedded resources', () => {
  const template = { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } };
  const schema = parseSchema({ type: 'object', properties: { template } });
  const pruned = prune({ template: { kind: 'Pod', metadata: { name: 'a' }, other: 1 } }, schema);
  expect(pruned.unknownFields).toEqual(['template.other']);
  expect(applyDefaults(pruned.object, schema)).toEqual({ template: { kind: 'Pod', metadata: { name: 'a' } } });
  expect(validateEmbedded(pruned.object, schema)).toMatchObject([
    { field: 'template.apiVersion', reason: 'FieldValueRequired' },
  ]);
});

it('accepts any value when a rule is outside the subset of CEL', () => {
  const note = { type: 'string', maxLength: 5, 'x-kubernetes-validations': [{ rule: 'self.matches("^a")' }] };
  const schema = parseSchema({ type: 'object', properties: { note } });
  expect([schema.hasRules, schema.rules]).toEqual([true, []]);
  expect(evaluateRules({ note: 'b' }, schema, { showsValues: true })).toEqual({ causes: [], warnings: [] });
});
