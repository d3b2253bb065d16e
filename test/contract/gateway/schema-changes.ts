import { expect, it } from 'vitest';
import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { startGatewayFor, type TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import { DEFINITION_ENDS_MS, DEFINITIONS } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { ReconstructedView } from '../reconstructed-view.ts';
import { TestNamespace } from '../test-namespace.ts';

const NAME = workspaceCrd.metadata.name ?? '';
const slow = { timeout: 2 * DEFINITION_ENDS_MS };
const DEFINITION = `${DEFINITIONS}/${NAME}`;
const REQUIRED = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/required';
const PAUSE = 'mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { stateReached } }';

export function schemaChanges(cluster: () => Cluster): void {
  changedDefinitions(cluster);
  deletedDefinitions(cluster);
  missingDefinitions(cluster);
}

function changedDefinitions(cluster: () => Cluster): void {
  it('returns INVALID instead of CONFLICT when the schema rejects a pause', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    await using _ = await stricter(team);
    const { errors } = await gateway.query(PAUSE, { input: { namespace: team.name, name: 'nb' } });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('spec.displayName: Required value'),
        extensions: {
          code: 'INVALID',
          causes: [{ reason: 'FieldValueRequired', field: 'spec.displayName' }],
        },
      },
    ]);
    expect((await team.api.get(team.pathOf('nb'))).body.spec).toMatchObject({ paused: false });
  });

  it('loses and repeats no event when a definition changes', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a');
    await using gateway = await cluster().startGateway();
    const view = ReconstructedView.follow(gateway, team);
    await view.next(3);
    {
      await using _ = await stricter(team);
      await team.change('a', { spec: { displayName: 'Named', paused: true } });
    }
    await team.create('b');
    expect((await view.next(2)).toSorted()).toEqual(['ADDED b', 'MODIFIED a']);
    expect(await view.mistakes()).toEqual([]);
  });
}

function deletedDefinitions(cluster: () => Cluster): void {
  it(
    'ends subscriptions of a kind when its definition is deleted, and serves it when it is created again',
    slow,
    async () => {
      const team = await TestNamespace.in(cluster());
      await team.create('nb');
      await using gateway = await cluster().startGateway();
      const view = ReconstructedView.follow(gateway, team);
      const namespaces = gateway.subscribe(
        'subscription { namespaces(filter: { labelSelector: "after" }) { type object { name } } }',
      );
      await view.next(3);
      for (const _ of ['RESET', 'SYNCED']) await namespaces.next();
      await team.api.delete(DEFINITION);
      expect(await view.endCode()).toBe('KIND_UNAVAILABLE');
      expect(await codeOf(gateway, '{ workspaces { totalCount } }')).toBe('KIND_UNAVAILABLE');
      const input = { namespace: team.name, name: 'nb' };
      expect(await codeOf(gateway, PAUSE, { input })).toBe('KIND_UNAVAILABLE');
      await team.api.patch(`/api/v1/namespaces/${team.name}`, 'MERGE', { metadata: { labels: { after: '1' } } });
      expect((await namespaces.next()).value?.data).toEqual({
        namespaces: { type: 'ADDED', object: { name: team.name } },
      });
      await team.api.definitionEnds(NAME);
      await team.api.define(workspaceCrd);
      await waitFor(
        async () => (await codeOf(gateway, '{ workspaces { totalCount } }')) === undefined,
        'it is served again',
      );
      const again = ReconstructedView.follow(gateway, team);
      await team.create('new');
      await again.readTo('ADDED new');
      expect(await again.mistakes()).toEqual([]);
    },
  );
}

function missingDefinitions(cluster: () => Cluster): void {
  it('serves other kinds without the definitions, and the missing ones when they are created', slow, async () => {
    const { api, kubeconfig } = cluster();
    await api.delete(DEFINITION);
    await api.definitionEnds(NAME);
    await using gateway = await startGatewayFor(kubeconfig);
    const counts = '{ namespaces { totalCount } workspaceKinds { totalCount } }';
    expect(await codeOf(gateway, counts)).toBeUndefined();
    expect(await codeOf(gateway, '{ workspaces { totalCount } }')).toBe('KIND_UNAVAILABLE');
    await api.define(workspaceCrd);
    await waitFor(
      async () => (await codeOf(gateway, '{ workspaces { totalCount } }')) === undefined,
      'workspaces are served',
    );
  });
}

async function codeOf(gateway: TestGateway, query: string, variables: object = {}): Promise<unknown> {
  const { errors } = await gateway.query(query, { ...variables });
  return errors?.[0]?.extensions['code'];
}

/** Makes displayName a required field until disposal. */
async function stricter(team: TestNamespace): Promise<AsyncDisposable> {
  const demand = async (...required: readonly string[]) => {
    await team.api.patch(DEFINITION, 'JSON', [{ op: 'replace', path: REQUIRED, value: required }]);
    const refuses = async () =>
      (await team.api.post(`${team.workspaces}?dryRun=All`, team.manifest('try'))).code === 422;
    await waitFor(
      async () => (await refuses()) === required.includes('displayName'),
      `${required.join()} are required`,
    );
  };
  await demand('kind', 'podTemplate', 'displayName');
  return { [Symbol.asyncDispose]: () => demand('kind', 'podTemplate') };
}
