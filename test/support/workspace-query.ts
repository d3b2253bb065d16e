import { expect } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { namespace } from './manifests.ts';
import { startTestGateway } from './test-gateway.ts';

/** Asks for the workspace `nb`, with a selection behind it. */
export const WORKSPACE_NB = 'workspace(namespace: "team-a", name: "nb")';

/** What a gateway says of the workspace `nb` in a cluster with these objects, where `team-a` is labelled `tier=dev`. */
export async function queryWorkspace(selection: string, ...objects: readonly Manifest[]): Promise<unknown> {
  await using gateway = await startTestGateway({ objects: [namespace('team-a', { tier: 'dev' }), ...objects] });
  const { errors, data } = await gateway.query(`{ ${WORKSPACE_NB} { ${selection} } }`);
  expect(errors).toBeUndefined();
  return data?.['workspace'];
}
