import { expect, it } from 'vitest';
import { namespace } from '../support/manifests.ts';
import { secret } from '../support/storage.ts';
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts';

const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
const IDS = '{ secrets(namespace: "team-a") { nodes { id } } }';

async function secretIds(gateway: TestGateway): Promise<readonly string[]> {
  const { data } = await gateway.query(IDS);
  const { secrets } = data as { readonly secrets: { readonly nodes: readonly { readonly id: string }[] } };
  return secrets.nodes.map(({ id }) => id);
}

it.each([
  { count: 10, expected: { lists: 1, gets: 0 } },
  { count: 3, expected: { lists: 0, gets: 3 } },
])('reads $count secrets by id with $expected.lists lists and $expected.gets gets', async ({ count, expected }) => {
  const secrets = Array.from({ length: count }, (_, index) => secret(`secret-${index}`));
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), ...secrets] });
  const ids = await secretIds(gateway);
  expect(ids).toHaveLength(count);
  const before = gateway.cluster.requests.length;
  expect((await gateway.query(NODES, { ids })).data).toEqual({ nodes: ids.map((id) => ({ id })) });
  const requests = gateway.cluster.requests.slice(before).filter(({ resource }) => resource === 'secrets');
  const gets = requests.filter(({ name }) => name !== undefined).length;
  expect({ lists: requests.length - gets, gets }).toEqual(expected);
});

it('returns null for a deleted secret when a batch lists the namespace', async () => {
  const secrets = Array.from({ length: 11 }, (_, index) => secret(`secret-${index}`));
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), ...secrets] });
  const ids = await secretIds(gateway);
  gateway.cluster.delete('v1', 'Secret', 'secret-0', 'team-a');
  const { data, errors } = await gateway.query(NODES, { ids });
  expect(errors).toBeUndefined();
  const { nodes } = data as { readonly nodes: readonly unknown[] };
  expect(nodes.filter((node) => node === null)).toHaveLength(1);
});
