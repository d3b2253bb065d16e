import { describe, expect, it } from 'vitest';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { workspace } from '../../../test/support/manifests.ts';
import { queryWorkspace } from '../../../test/support/workspace-query.ts';
import { expectNothingHidden, mounting, nb, objects, revealing, token } from '../../../test/support/secrets.ts';
import { base64, secret } from '../../../test/support/storage.ts';
import { startTestGateway, type SimulatedGateway } from '../../../test/support/test-gateway.ts';
import { decodeObject } from '../../kubernetes/decode.ts';
import { Secret } from './resource.ts';

const listsOf = (gateway: Pick<SimulatedGateway, 'cluster'>) =>
  gateway.cluster.requests.filter(({ verb, resource }) => verb === 'list' && resource === 'secrets').length;

describe('Secret', () => {
  const ALL =
    'id name type immutable canMount canUpdate contents { keys } workspaces { name } namespace { name } manifest audit { createdBy } metadata { annotations { key value } labels { key } }';

  it('returns the fields of a secret without its values', async () => {
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

  it('reads a secret by name and by id, uncached', async () => {
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

  it('lists secrets once per namespace for all mounts', async () => {
    const others = ['b', 'c', 'd'].map((name) => workspace(name, { spec: mounting('token', 'locked') }));
    await using gateway = await startTestGateway({ objects: [...objects, ...others] });
    const before = listsOf(gateway);
    const query = '{ workspaces { nodes { volumes { secrets { secretName secret { name canMount } } } } } }';
    const { data, errors } = await gateway.query(query);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data).match(/"canMount"/gu)).toHaveLength(7);
    expect(listsOf(gateway) - before).toBe(1);
  });

  it('returns null for a mounted secret that does not exist', async () => {
    const selection = 'volumes { secrets { secretName secret { name } } }';
    expect(await queryWorkspace(selection, nb, token)).toEqual({
      volumes: {
        secrets: [
          { secretName: 'token', secret: { name: 'token' } },
          { secretName: 'gone', secret: null },
        ],
      },
    });
  });

  it('returns the metadata and null contents to viewers who may only list secrets', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'get secrets' });
    const list = '{ secrets(namespace: "team-a") { nodes { metadata { name } contents { keys } } } }';
    expect(await gateway.query(list)).toEqual({
      data: {
        secrets: {
          nodes: [
            { metadata: { name: 'locked' }, contents: null },
            { metadata: { name: 'token' }, contents: null },
          ],
        },
      },
    });
    const { errors } = await gateway.query('{ secret(namespace: "team-a", name: "none") { name } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('returns null for mounted secrets when the viewer may not list secrets', async () => {
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
  ])('filters secrets by %s', async (args, names) => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(`{ secrets(namespace: "team-a", ${args}) { nodes { name } } }`);
    expect(data).toEqual({ secrets: { nodes: names.map((name) => ({ name })) } });
  });

  it('drops the values of a secret, also when it is malformed', () => {
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
