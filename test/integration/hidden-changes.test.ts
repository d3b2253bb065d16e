import { expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { grant, grantIn, kinds, namespaces, viewing } from '../support/access/grants.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';

const users = ['ann', 'bob'].map((name) => ({ name, token: `${name}-token` }));
const hiddenInProd = {
  filterRules: [
    {
      scope: 'WORKSPACE_KIND',
      match: [{ matchNamespace: { selector: { matchLabels: { tier: 'prod' } } } }],
      effect: { ui: { hide: true } },
    },
  ],
};
const jupyterlab = workspaceKind('jupyterlab', hiddenInProd);

interface Event {
  readonly workspaces: { readonly type: string; readonly cursor: string };
}

const FOLLOW = `subscription ($after: String) { workspaces(after: $after) {
  type cursor object { name kind { displayName } namespace { workspaceKindOffers { nodes { hidden } } } } } }`;
const VERSIONS = `{ workspaceKind(name: "jupyterlab") { metadata { resourceVersion } }
  namespace(name: "team-a") { metadata { resourceVersion } } }`;

it.each<{ title: string; change: Manifest; missed: readonly string[] }>([
  {
    title: 'no event when the number of workspaces of a WorkspaceKind has changed',
    change: { ...jupyterlab, status: { workspaces: 8, podTemplateOptions: { imageConfig: [], podConfig: [] } } },
    missed: ['SYNCED'],
  },
  {
    title: 'no event when an image of a WorkspaceKind has changed',
    change: JSON.parse(JSON.stringify(jupyterlab).replaceAll(':latest', ':2')) as Manifest,
    missed: ['SYNCED'],
  },
  {
    title: 'no event when an annotation of a namespace has changed',
    change: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a', annotations: { note: 'x' } } },
    missed: ['SYNCED'],
  },
  {
    title: 'MODIFIED when the display name of a WorkspaceKind has changed',
    change: workspaceKind('jupyterlab', hiddenInProd, { displayName: 'Jupyter' }),
    missed: ['MODIFIED', 'SYNCED'],
  },
  {
    title: 'MODIFIED when a label of a namespace has changed, which decides what it is offered',
    change: namespace('team-a', { tier: 'prod' }),
    missed: ['MODIFIED', 'SYNCED'],
  },
])('sends a viewer of redacted objects who resumes $title', async ({ change, missed }) => {
  await using gateway = await startTestGateway({
    objects: [
      namespace('team-a'),
      jupyterlab,
      workspace('a-1'),
      ...grantIn('team-a', 'ann', viewing),
      ...grant('bob', kinds(), namespaces()),
    ],
    users,
    authentication: { mode: 'token' },
  });
  await using ann = connectUser(gateway.url, { token: 'ann-token' });
  await using bob = connectUser(gateway.url, { token: 'bob-token' });
  const untilSynced = async (after?: string) => {
    const events: Event['workspaces'][] = [];
    for await (const { data } of ann.subscribe<Event>(FOLLOW, { after })) {
      if (data) events.push(data.workspaces);
      if (data?.workspaces.type === 'SYNCED') return events;
    }
    throw new Error('Expected SYNCED, got the end of the subscription.');
  };
  const versions = async () => JSON.stringify((await bob.ask(VERSIONS)).data);
  const before = await versions();
  const cursor = (await untilSynced()).at(-1)?.cursor;
  gateway.cluster.apply(change);
  await expect.poll(versions).not.toBe(before);
  expect((await untilSynced(cursor)).map(({ type }) => type)).toEqual(missed);
});
