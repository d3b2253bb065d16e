import { describe, expect, it } from 'vitest';
import { limitedGateway } from '../../../test/gateway/limited-gateway.ts';
import { namespace, workspace } from '../../../test/gateway/manifests.ts';
import { askOfNb } from '../../../test/gateway/nb.ts';
import { base64, MOUNTABLE, secret } from '../../../test/gateway/storage.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../../../test/gateway/test-gateway.ts';
import { decodeObject } from '../../kubernetes/decode.ts';
import { Secret } from './resource.ts';

const mounting = (...names: readonly string[]) => ({
  podTemplate: {
    volumes: { secrets: names.map((secretName) => ({ secretName, mountPath: `/${secretName}` })) },
    options: { imageConfig: 'scipy', podConfig: 'tiny' },
  },
});
const nb = workspace('nb', { spec: mounting('token', 'gone') });
const revealing = {
  'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { a: base64('hidden-a') } }),
  'openshift.io/token-secret.value': 'hidden-token',
  'notebooks.kubeflow.org/created-by': 'ada',
};
const token = secret('token', { metadata: { annotations: revealing, labels: MOUNTABLE } });
const locked = secret('locked', { metadata: { labels: {} }, type: 'example.org/key', immutable: true });
const objects = [namespace('team-a'), nb, token, locked];

/** Nothing of a value, plain or encoded, is in any of these. */
function expectNothingHidden(...told: readonly unknown[]): void {
  const text = JSON.stringify(told);
  for (const value of ['hidden', base64('hidden-a'), base64('hidden-b'), base64('new-hidden')])
    expect(text).not.toContain(value);
}

async function stored(gateway: SimulatedGateway, name: string): Promise<Record<string, string>> {
  const { data } = gateway.cluster.get('v1', 'Secret', name, 'team-a') as unknown as { data: Record<string, string> };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

const listsOf = (gateway: Pick<SimulatedGateway, 'cluster'>) =>
  gateway.cluster.requests.filter(({ verb, resource }) => verb === 'list' && resource === 'secrets').length;

describe('a secret', () => {
  const ALL =
    'id name type immutable canMount canUpdate contents { keys } workspaces { name } namespace { name } manifest audit { createdBy } metadata { annotations { key value } labels { key } }';

  it('tells everything but its values', async () => {
    await using gateway = await startTestGateway({ objects });
    const answer = await gateway.query(`{ secrets(namespace: "team-a") { totalCount nodes { ${ALL} } } }`);
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['secrets']).toMatchObject({
      totalCount: 2,
      nodes: [
        {
          name: 'locked',
          type: 'example.org/key',
          immutable: true,
          canMount: false,
          canUpdate: false,
          contents: { keys: ['a', 'b'] },
          workspaces: [],
        },
        {
          name: 'token',
          type: 'Opaque',
          immutable: false,
          canMount: true,
          canUpdate: true,
          contents: { keys: ['a', 'b'] },
          workspaces: [{ name: 'nb' }],
          namespace: { name: 'team-a' },
          manifest: null,
          audit: { createdBy: 'ada' },
          metadata: { annotations: [{ key: 'notebooks.kubeflow.org/created-by', value: 'ada' }] },
        },
      ],
    });
    expectNothingHidden(answer);
  });

  it('is found by name and by id, each time anew', async () => {
    await using gateway = await startTestGateway({ objects });
    const query =
      '{ secret(namespace: "team-a", name: "token") { id contents { keys } } none: secret(namespace: "team-a", name: "none") { id } }';
    const { data } = await gateway.query(query);
    expect(data).toMatchObject({ secret: { contents: { keys: ['a', 'b'] } }, none: null });
    const { id } = (data as { readonly secret: { readonly id: string } }).secret;
    gateway.cluster.apply(secret('token', { data: { c: base64('hidden-c') } }));
    const node = await gateway.query(
      'query ($id: ID!) { node(id: $id) { id ... on Secret { contents { keys } manifest } } }',
      { id },
    );
    expect(node).toEqual({ data: { node: { id, contents: { keys: ['c'] }, manifest: null } } });
  });

  it('is listed once for all of a namespace that are mounted', async () => {
    const others = ['b', 'c', 'd'].map((name) => workspace(name, { spec: mounting('token', 'locked') }));
    await using gateway = await startTestGateway({ objects: [...objects, ...others] });
    const before = listsOf(gateway);
    const query = '{ workspaces { nodes { volumes { secrets { secretName secret { name canMount } } } } } }';
    const { data, errors } = await gateway.query(query);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data).match(/"canMount"/gu)).toHaveLength(7);
    expect(listsOf(gateway) - before).toBe(1);
  });

  it('that is mounted but not there is null', async () => {
    const selection = 'volumes { secrets { secretName secret { name } } }';
    expect(await askOfNb(selection, nb, token)).toEqual({
      volumes: {
        secrets: [
          { secretName: 'token', secret: { name: 'token' } },
          { secretName: 'gone', secret: null },
        ],
      },
    });
  });

  it('does not tell its keys to who may only list secrets', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'get secrets' });
    const list = '{ secrets(namespace: "team-a") { nodes { name contents { keys } } } }';
    expect(await gateway.query(list)).toEqual({
      data: {
        secrets: {
          nodes: [
            { name: 'locked', contents: null },
            { name: 'token', contents: null },
          ],
        },
      },
    });
    const { errors } = await gateway.query('{ secret(namespace: "team-a", name: "none") { name } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('is not there at all for who may not list secrets', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'list secrets' });
    const { errors } = await gateway.query('{ secrets(namespace: "team-a") { nodes { name } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const mounted = await gateway.query(
      '{ workspaces { nodes { volumes { secrets { secretName secret { name } } } } } }',
    );
    expect(mounted.errors).toBeUndefined();
    expect(JSON.stringify(mounted.data)).toContain('"secret":null');
    expect(listsOf(gateway)).toBe(0);
  });

  it.each([
    ['filter: { canMount: true }', ['token']],
    ['filter: { canUpdate: false }', ['locked']],
    ['filter: { types: ["Opaque"] }', ['token']],
    ['filter: { search: "LOCK" }', ['locked']],
    ['filter: { labelSelector: "notebooks.kubeflow.org/can-mount=true" }', ['token']],
    ['first: 1', ['locked']],
  ])('can be chosen by %s', async (args, names) => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(`{ secrets(namespace: "team-a", ${args}) { nodes { name } } }`);
    expect(data).toEqual({ secrets: { nodes: names.map((name) => ({ name })) } });
  });

  it('is kept without its values, and not quoted when it is malformed', () => {
    const metadata = { name: 's', uid: '1', resourceVersion: '1', annotations: revealing };
    const value = { metadata, type: 'Opaque', data: { a: base64('hidden-a') }, stringData: { b: 'hidden-b' } };
    const kept = decodeObject(value, Secret);
    expect(kept).toMatchObject({ type: 'Opaque', keys: ['a'] });
    expectNothingHidden(kept);
    let error: unknown;
    try {
      decodeObject({ ...value, metadata: { ...metadata, uid: undefined } }, Secret);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expectNothingHidden(String(error));
  });
});

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

  it('makes a secret that workspaces can mount, and does not tell it back', async () => {
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
  ])('refuses %j without quoting any value', async (change, field) => {
    await using gateway = await startTestGateway({ objects });
    const answer = await gateway.query(CREATE, { input: { ...input, ...change } });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'INVALID', causes: [{ field }] } }]);
    expectNothingHidden(answer);
  });

  it('says that there is one already', async () => {
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

  it('sets, removes and keeps entries, each by its key', async () => {
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

  it('insists on the version that is named', async () => {
    await using gateway = await startTestGateway({ objects });
    const first = await update(gateway, { set: [{ key: 'c', text: '1' }] });
    const { resourceVersion } = (first.data as { updateSecret: { secret: { metadata: { resourceVersion: string } } } })
      .updateSecret.secret.metadata;
    await update(gateway, { set: [{ key: 'c', text: '2' }] });
    const stale = await update(gateway, { set: [{ key: 'c', text: '3' }], resourceVersion });
    expect(stale.errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(await stored(gateway, 'token')).toMatchObject({ c: '2' });
  });

  it('changes nothing in a dry run', async () => {
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
  ])('refuses %j', async (input, extensions) => {
    await using gateway = await startTestGateway({ objects });
    expect((await update(gateway, input)).errors).toMatchObject([{ extensions }]);
    expect(await stored(gateway, 'token')).toEqual({ a: 'hidden-a', b: 'hidden-b' });
  });

  it('is forbidden without the permission, whether the secret exists or not', async () => {
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

  it('deletes what is labelled so', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(DELETE, { name: 'token' });
    expect(data).toEqual({ deleteSecret: { deletionPending: false, secret: { name: 'token' } } });
    const { errors } = await gateway.query(DELETE, { name: 'locked' });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', reason: 'NotLabeled' } }]);
    expect(gateway.cluster.list('v1', 'Secret').map(({ metadata }) => metadata.name)).toEqual(['locked']);
  });
});
