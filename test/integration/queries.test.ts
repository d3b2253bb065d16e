import { expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';

it('answers from its copy: no API request once it is known what the viewer may see, whatever the number of workspaces and the nesting', async () => {
  const many = Array.from({ length: 200 }, (_, index) => workspace(`nb-${index}`, { state: 'Running' }));
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), workspaceKind('jupyterlab'), ...many],
  });
  const ask = () =>
    gateway.query(
      '{ workspaces { totalCount nodes { namespace { workspaceKinds { nodes { workspaces(first: 2) { nodes { name kind { workspaceCount } } } } } } services { httpPath } volumes { home { mountPath } } imageConfig { option { workspaceCount } } } } }',
    );
  await ask(); // what the viewer may see is known then, for some seconds
  const before = gateway.cluster.requests.length;
  const answer = await ask();
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.['workspaces']).toMatchObject({ totalCount: 200 });
  expect(gateway.cluster.requests.slice(before)).toEqual([]);
});
