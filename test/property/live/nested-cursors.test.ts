import { expect, it } from 'vitest';
import { namespace, workspace } from '../../support/manifests.ts';
import { startTestGateway } from '../../support/test-gateway.ts';

const SUBSCRIPTION = `subscription ($after: String) {
  namespaces(filter: { search: "team-a" }) { object { workspaces(first: 1, after: $after) { nodes { name } } } }
}`;

const page = (name: string) => ({ namespaces: { object: { workspaces: { nodes: [{ name }] } } } });

it('sends each subscriber the page of its own cursor when two run the same operation with different cursors', async () => {
  const objects = [namespace('team-a'), workspace('nb-1'), workspace('nb-2')];
  await using gateway = await startTestGateway({ objects });
  const { data } = await gateway.query('{ workspaces(first: 1) { pageInfo { endCursor } } }');
  const { endCursor: after } = (data as { workspaces: { pageInfo: { endCursor: string } } }).workspaces.pageInfo;
  for (const [variables, name] of [
    [{}, 'nb-1'],
    [{ after }, 'nb-2'],
  ] as const) {
    const subscription = gateway.subscribe(SUBSCRIPTION, variables);
    await subscription.next(); // RESET
    expect((await subscription.next()).value?.data).toEqual(page(name));
  }
});
