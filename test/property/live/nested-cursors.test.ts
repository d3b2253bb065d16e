import { expect, it } from 'vitest';
import { namespace, workspace } from '../../support/manifests.ts';
import { startTestGateway } from '../../support/test-gateway.ts';

const FOLLOW = `subscription ($after: String) {
  namespaces(filter: { search: "team-a" }) { object { workspaces(first: 1, after: $after) { nodes { name } } } }
}`;

const page = (name: string) => ({ namespaces: { object: { workspaces: { nodes: [{ name }] } } } });

it('tells each reader the page that their own cursor names, not that of another reader of the same operation', async () => {
  const objects = [namespace('team-a'), workspace('nb-1'), workspace('nb-2')];
  await using gateway = await startTestGateway({ objects });
  const { data } = await gateway.query('{ workspaces(first: 1) { pageInfo { endCursor } } }');
  const { endCursor: after } = (data as { workspaces: { pageInfo: { endCursor: string } } }).workspaces.pageInfo;
  const first = gateway.subscribe(FOLLOW, {});
  expect((await first.next()).value?.data).toEqual(page('nb-1'));
  expect((await gateway.subscribe(FOLLOW, { after }).next()).value?.data).toEqual(page('nb-2'));
});
