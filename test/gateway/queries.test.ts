import { expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from './manifests.ts';
import { startTestGateway } from './test-gateway.ts';

it('answers from its copy: no API request, whatever the number of workspaces and the nesting', async () => {
  const many = Array.from({ length: 200 }, (_, index) => workspace(`nb-${index}`, { state: 'Running' }));
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), workspaceKind('jupyterlab'), ...many],
  });
  const before = gateway.cluster.requests.length;
  const answer = await gateway.query(
    '{ workspaces { totalCount nodes { namespace { workspaceKinds { nodes { workspaces(first: 2) { nodes { name kind { workspaceCount } } } } } } services { httpPath } volumes { home { mountPath } } imageConfig { option { workspaceCount } } } } }',
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.['workspaces']).toMatchObject({ totalCount: 200 });
  expect(gateway.cluster.requests.slice(before)).toEqual([]);
});
