import { expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';

it('sends no API request when workspaces and their relations are read with cached access decisions', async () => {
  const many = Array.from({ length: 200 }, (_, index) => workspace(`nb-${index}`, { state: 'Running' }));
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), workspaceKind('jupyterlab'), ...many],
  });
  const ask = () =>
    gateway.query(
      '{ workspaces { totalCount nodes { namespace { workspaceKindOffers { nodes { kind { workspaces(first: 2) { nodes { name kind { workspaceCount } } } } } } } services { httpPath } volumes { home { mountPath } } imageConfig { option { workspaceCount } } } } }',
    );
  await ask(); // access decisions are cached from here on
  const before = gateway.cluster.requests.length;
  const answer = await ask();
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.['workspaces']).toMatchObject({ totalCount: 200 });
  expect(gateway.cluster.requests.slice(before)).toEqual([]);
});
