import { expect } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { namespace } from './manifests.ts';
import { startTestGateway } from './test-gateway.ts';

/** Root field of the workspace `nb`, to be followed by a selection set. */
export const WORKSPACE_NB = 'workspace(namespace: "team-a", name: "nb")';

/** Returns a selection of the workspace `nb` in a cluster with these objects. `team-a` has the label `tier=dev`. */
export async function queryWorkspace(selection: string, ...objects: readonly Manifest[]): Promise<unknown> {
  await using gateway = await startTestGateway({ objects: [namespace('team-a', { tier: 'dev' }), ...objects] });
  const { errors, data } = await gateway.query(`{ ${WORKSPACE_NB} { ${selection} } }`);
  expect(errors).toBeUndefined();
  return data?.['workspace'];
}
