import { describe, expect, it } from 'vitest';
import type { SimulatedRequest } from '../../../dev/simulator/request.ts';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { expectNothingHidden, objects } from '../../../test/support/secrets.ts';
import { base64, MOUNTABLE } from '../../../test/support/storage.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../../../test/support/test-gateway.ts';

async function stored(gateway: SimulatedGateway, name: string): Promise<Record<string, string>> {
  const { data } = gateway.cluster.get('v1', 'Secret', name, 'team-a') as unknown as { data: Record<string, string> };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

describe('createSecret', () => {
  const CREATE = `mutation ($input: CreateSecretInput!) {
    createSecret(input: $input) { warnings secret { name type immutable canMount canUpdate contents { keys } audit { createdBy } } }
  }`;
  const input = {
    namespace: 'team-a',
    name: 'new',
    entries: [
      { key: 'password', text: 'new-hidden größer' },
      { key: 'binary', base64: base64('new-hidden') },
      { key: 'empty', text: '' },
    ],
  };

  it('creates a secret that workspaces may mount, and returns no values', async () => {
    await using gateway = await startTestGateway({ objects });
    const answer = await gateway.query(CREATE, {
      input: { ...input, immutable: true, labels: [{ key: 'team', value: 'ml' }] },
    });
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['createSecret']).toEqual({
      warnings: [],
      secret: {
        name: 'new',
        type: 'Opaque',
        immutable: true,
        canMount: true,
        canUpdate: true,
        contents: { keys: ['binary', 'empty', 'password'] },
        audit: { createdBy: expect.stringMatching(/./u) },
      },
    });
    expectNothingHidden(answer);
    expect(await stored(gateway, 'new')).toEqual({ password: 'new-hidden größer', binary: 'new-hidden', empty: '' });
    const labels = { ...MOUNTABLE, team: 'ml' };
    expect(gateway.cluster.get('v1', 'Secret', 'new', 'team-a')?.metadata.labels).toEqual(labels);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ entries: [{ key: 'a', text: 'hidden', base64: base64('hidden') }] }, 'input.entries[0]'],
    [{ entries: [{ key: 'a' }] }, 'input.entries[0]'],
    [{ entries: [{ key: 'a', base64: 'hidden!' }] }, 'input.entries[0].base64'],
    [
      {
        entries: [
          { key: 'a', text: '' },
          { key: 'a', text: 'hidden' },
        ],
      },
      'input.entries[1].key',
    ],
    [
      {
        labels: [
          { key: 'a', value: '' },
          { key: 'a', value: '' },
        ],
      },
      'input.labels[1].key',
    ],
    [{ name: 'No Name' }, 'input.name'],
  ])('rejects invalid entries %j without quoting a value', async (change, field) => {
    await using gateway = await startTestGateway({ objects });
    const answer = await gateway.query(CREATE, { input: { ...input, ...change } });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'INVALID', causes: [{ field }] } }]);
    expectNothingHidden(answer);
  });

  it('returns ALREADY_EXISTS for an existing secret', async () => {
    await using gateway = await startTestGateway({ objects });
    const { errors } = await gateway.query(CREATE, { input: { ...input, name: 'token' } });
    expect(errors).toMatchObject([{ extensions: { code: 'ALREADY_EXISTS' } }]);
  });
});

describe('updateSecret', () => {
  const UPDATE = `mutation ($input: UpdateSecretInput!) {
    updateSecret(input: $input) { warnings secret { immutable contents { keys } metadata { resourceVersion } audit { updatedBy } } }
  }`;
  const update = async (gateway: SimulatedGateway, input: object): Promise<Answer> =>
    gateway.query(UPDATE, { input: { namespace: 'team-a', name: 'token', ...input } });

  it('sets and removes entries of a secret, and keeps the others', async () => {
    await using gateway = await startTestGateway({ objects });
    const set = [
      { key: 'a', text: 'new-hidden' },
      { key: 'c', base64: base64('new-hidden') },
    ];
    const answer = await update(gateway, { set, remove: ['b', 'never-there'] });
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['updateSecret']).toMatchObject({
      secret: { contents: { keys: ['a', 'c'] }, immutable: false },
    });
    expectNothingHidden(answer);
    expect(await stored(gateway, 'token')).toEqual({ a: 'new-hidden', c: 'new-hidden' });
    await update(gateway, { set: [{ key: 'd', text: 'x' }], immutable: true });
    expect(await stored(gateway, 'token')).toEqual({ a: 'new-hidden', c: 'new-hidden', d: 'x' });
    const refused = await update(gateway, { set: [{ key: 'a', text: 'hidden' }] });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'INVALID' } }]);
    expectNothingHidden(refused);
  });

  it('returns CONFLICT when the resourceVersion is not current', async () => {
    await using gateway = await startTestGateway({ objects });
    const first = await update(gateway, { set: [{ key: 'c', text: '1' }] });
    const { resourceVersion } = (first.data as { updateSecret: { secret: { metadata: { resourceVersion: string } } } })
      .updateSecret.secret.metadata;
    await update(gateway, { set: [{ key: 'c', text: '2' }] });
    const stale = await update(gateway, { set: [{ key: 'c', text: '3' }], resourceVersion });
    expect(stale.errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(await stored(gateway, 'token')).toMatchObject({ c: '2' });
  });

  it('checks the label of the version that it changes, also with an empty resourceVersion', async () => {
    await using gateway = await startTestGateway({ objects });
    const { cluster } = gateway;
    let hasChanged = false;
    // The label is removed between the check and the change.
    const removeLabel = ({ verb, resource }: SimulatedRequest): boolean => {
      if (verb === 'patch' && resource === 'secrets' && !hasChanged) {
        hasChanged = true;
        const secret = cluster.get('v1', 'Secret', 'token', 'team-a');
        if (secret) cluster.apply({ ...secret, metadata: { ...secret.metadata, labels: {} } });
      }
      return false;
    };
    using _refused = cluster.faults.refuse({ status: 500, when: removeLabel });
    const { errors } = await update(gateway, { set: [{ key: 'a', text: 'new' }], resourceVersion: '' });
    expect(hasChanged).toBe(true);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', reason: 'NotLabeled' } }]);
    expect(await stored(gateway, 'token')).toMatchObject({ a: 'hidden-a' });
  });

  it('changes no secret in a dry run', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await update(gateway, { remove: ['a'], dryRun: true });
    expect(data?.['updateSecret']).toMatchObject({ secret: { contents: { keys: ['b'] } } });
    expect(await stored(gateway, 'token')).toEqual({ a: 'hidden-a', b: 'hidden-b' });
  });

  it.each<[object, object]>([
    [{ name: 'locked' }, { code: 'FORBIDDEN', reason: 'NotLabeled' }],
    [{ name: 'none' }, { code: 'NOT_FOUND' }],
    [
      { set: [{ key: 'a', text: '' }], remove: ['a'] },
      { code: 'INVALID', causes: [{ field: 'input.remove[0]' }] },
    ],
    [{ set: [{ key: 'a' }] }, { code: 'INVALID', causes: [{ field: 'input.set[0]' }] }],
  ])('rejects an invalid change %j', async (input, extensions) => {
    await using gateway = await startTestGateway({ objects });
    expect((await update(gateway, input)).errors).toMatchObject([{ extensions }]);
    expect(await stored(gateway, 'token')).toEqual({ a: 'hidden-a', b: 'hidden-b' });
  });

  it('returns FORBIDDEN without the permission, whether the secret exists or not', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'nothing' });
    for (const name of ['token', 'none']) {
      const { errors } = await gateway.query(UPDATE, { input: { namespace: 'team-a', name } });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });
});

describe('deleteSecret', () => {
  const DELETE = `mutation ($name: String!) {
    deleteSecret(input: { namespace: "team-a", name: $name }) { deletionPending secret { name } }
  }`;

  it('deletes a secret only if its label allows it', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(DELETE, { name: 'token' });
    expect(data).toEqual({ deleteSecret: { deletionPending: false, secret: { name: 'token' } } });
    const { errors } = await gateway.query(DELETE, { name: 'locked' });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', reason: 'NotLabeled' } }]);
    expect(gateway.cluster.list('v1', 'Secret').map(({ metadata }) => metadata.name)).toEqual(['locked']);
  });
});
