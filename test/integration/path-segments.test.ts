import { expect, it } from 'vitest';
import { namespace, workspace } from '../support/manifests.ts';
import { secret } from '../support/storage.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';

const objects = [namespace('team-a'), workspace('nb'), workspace('status'), secret('token')];

const refusal = (field: string, name: string) => ({
  extensions: {
    code: 'INVALID',
    status: 422,
    causes: [{ reason: 'FieldValueInvalid', field, message: `must not be "${name}", got "${name}"` }],
  },
});

/** Expects INVALID for a name, and no request to the API server. */
async function expectRefused(gateway: SimulatedGateway, text: string, field: string, name: string): Promise<void> {
  const before = gateway.cluster.requests.length;
  const { data, errors } = await gateway.query(text);
  expect([data, errors]).toMatchObject([undefined, [refusal(field, name)]]);
  expect(gateway.cluster.requests.slice(before)).toEqual([]);
}

it('does not patch the workspace named status when the status of "." is patched', async () => {
  await using gateway = await startTestGateway({ objects });
  const input = '{ namespace: "team-a", name: ".", type: MERGE, patch: { metadata: { labels: { owned: "yes" } } } }';
  await expectRefused(
    gateway,
    `mutation { patchWorkspaceStatus(input: ${input}) { workspace { id } } }`,
    'input.name',
    '.',
  );
  const stored = gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'status', 'team-a');
  expect(stored).not.toHaveProperty('metadata.labels.owned');
});

it('does not return the namespace when the secret ".." is read', async () => {
  await using gateway = await startTestGateway({ objects });
  await expectRefused(gateway, '{ secret(namespace: "team-a", name: "..") { id name } }', 'name', '..');
});

it('does not delete the collection when the workspace "." is deleted', async () => {
  await using gateway = await startTestGateway({ objects });
  const input = '{ namespace: "team-a", name: "." }';
  await expectRefused(gateway, `mutation { deleteWorkspace(input: ${input}) { deletionPending } }`, 'input.name', '.');
  expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace')).toHaveLength(2);
});

it.each(['name', 'namespace'])(
  'reviews the permission and sends nothing else when the %s in a manifest of YAML text is invalid',
  async (field) => {
    await using gateway = await startTestGateway({ objects });
    const before = gateway.cluster.requests.length;
    const manifest = JSON.stringify(JSON.stringify({ metadata: { name: 'kind', [field]: '..' } }));
    const { data, errors } = await gateway.query(
      `mutation { createWorkspaceKind(input: { manifest: ${manifest} }) { workspaceKind { name } } }`,
    );
    expect([data, errors]).toMatchObject([
      { createWorkspaceKind: null },
      [refusal(`input.manifest.metadata.${field}`, '..')],
    ]);
    const sent = gateway.cluster.requests.slice(before).map(({ verb, resource }) => `${verb} ${resource}`);
    expect(sent).toEqual(['create selfsubjectaccessreviews']);
  },
);

it('returns INVALID with every invalid argument, and executes nothing of the operation', async () => {
  await using gateway = await startTestGateway({ objects });
  const text = `mutation ($ns: String!) {
    ...Pauses
    deleteWorkspace(input: { namespace: "team-a", name: "nb" }) { deletionPending }
  }
  fragment Pauses on Mutation {
    pauseWorkspaces(input: { namespace: $ns, names: ["nb", "a/b", "%2e"] }) { succeeded }
  }`;
  const { errors } = await gateway.query(text, { ns: '' });
  const fields = ['input.names[1]', 'input.names[2]', 'input.namespace'];
  expect(errors).toHaveLength(1);
  const causes = errors?.[0]?.extensions['causes'] as readonly { readonly field: string }[] | undefined;
  expect(causes?.map(({ field }) => field).toSorted()).toEqual(fields);
  expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace')).toHaveLength(2);
});

it('ignores invalid names when their fields are skipped', async () => {
  await using gateway = await startTestGateway({ objects });
  const text = `query ($with: Boolean!) {
    secret(namespace: "team-a", name: "..") @include(if: $with) { id }
    ... @skip(if: true) { other: workspace(namespace: "", name: "") { id } }
    workspace(namespace: "team-a", name: "nb") { name }
  }`;
  expect(await gateway.query(text, { with: false })).toEqual({ data: { workspace: { name: 'nb' } } });
  expect(await gateway.query(text, { with: true })).toMatchObject({ errors: [refusal('name', '..')] });
});

it('accepts any text when it is a name in a filter', async () => {
  await using gateway = await startTestGateway({ objects });
  const text = '{ workspaces(filter: { namespaces: ["..", "", "a/b"] }) { totalCount } }';
  expect(await gateway.query(text)).toEqual({ data: { workspaces: { totalCount: 0 } } });
});
