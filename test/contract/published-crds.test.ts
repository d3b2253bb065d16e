import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { describeOnClusters } from './clusters.ts';
import { ReconstructedView } from './reconstructed-view.ts';
import { TestNamespace } from './test-namespace.ts';

/** Folder with definitions and samples published by the Kubeflow project; not part of this project. */
const PUBLISHED = path.resolve(import.meta.dirname, '../../../shared/data/kubeflow-v2.0.0-beta.0');
const isPublishedHere = existsSync(PUBLISHED);
if (!isPublishedHere) console.warn(`The published manifests are not used: ${PUBLISHED} does not exist.`);

function published(name: string): Manifest {
  return parse(readFileSync(path.join(PUBLISHED, `${name}.yaml`), 'utf8')) as Manifest;
}

const PAUSE =
  'mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { workspace { paused state } stateReached } }';
const START = 'mutation ($input: StartWorkspaceInput!) { startWorkspace(input: $input) { workspace { paused } } }';

describe.skipIf(!isPublishedHere)('published', () => {
  describeOnClusters('the gateway with the published definitions', (cluster) => {
    beforeAll(async () => {
      const { api } = cluster();
      await api.define(published('kubeflow.org_workspaces'));
      await api.define(published('kubeflow.org_workspacekinds'));
      await api.create('/apis/kubeflow.org/v1beta1/workspacekinds', published('jupyterlab_v1beta1_workspacekind'));
    });

    async function withSample(): Promise<{ team: TestNamespace; name: string }> {
      const team = await TestNamespace.in(cluster());
      const sample = published('jupyterlab_v1beta1_workspace');
      await team.api.create(team.workspaces, sample);
      return { team, name: sample.metadata.name ?? '' };
    }

    it('returns every field of the published samples', async () => {
      const { team, name } = await withSample();
      await using gateway = await startGatewayFor(cluster().kubeconfig);
      const { data, errors } = await gateway.query(
        `query ($namespace: String!, $name: String!) { workspace(namespace: $namespace, name: $name) {
          displayName kindName paused state
          imageConfig { optionId option { displayName } } podConfig { optionId option { displayName } }
          kind { displayName deprecated workspaceCount imageConfigs { optionId } podConfigs { optionId } }
volumes { home { mountPath } } } }`,
        { namespace: team.name, name },
      );
      expect(errors).toBeUndefined();
      expect(data?.['workspace']).toMatchObject({
        displayName: 'Example JupyterLab Workspace',
        kindName: 'jupyterlab',
        paused: false,
        state: 'UNKNOWN',
        imageConfig: { optionId: 'jupyter-scipy:v1.10.0', option: { displayName: expect.any(String) } },
        podConfig: { optionId: 'tiny_cpu', option: { displayName: expect.any(String) } },
      });
    });

    it('pauses and starts the sample', async () => {
      const { team, name } = await withSample();
      await team.report(name, 'Running');
      await using gateway = await startGatewayFor(cluster().kubeconfig);
      const input = { namespace: team.name, name };
      const paused = gateway.query(PAUSE, { input: { ...input, waitFor: 'PAUSED' } });
      await waitFor(
        async () => (await team.api.get(team.pathOf(name))).body.spec?.['paused'] === true,
        'it is asked to pause',
      );
      await team.report(name, 'Paused');
      const workspace = { paused: true, state: 'PAUSED' };
      expect((await paused).data).toEqual({ pauseWorkspace: { stateReached: true, workspace } });
      const { data } = await gateway.query(START, { input });
      expect(data).toEqual({ startWorkspace: { workspace: { paused: false } } });
    });

    it('sends changes of the sample when the API server restarts', { timeout: 60_000 }, async () => {
      const { team, name } = await withSample();
      await using gateway = await startGatewayFor(cluster().kubeconfig);
      const view = ReconstructedView.follow(gateway, team);
      expect(await view.next(3)).toEqual(['RESET', `ADDED ${name}`, 'SYNCED']);
      await cluster().restart();
      await team.change(name, { spec: { paused: true } });
      expect(await view.next(1)).toEqual([`MODIFIED ${name}`]);
      await team.delete(name);
      expect(await view.next(1)).toEqual([`DELETED ${name}`]);
      expect(await view.mistakes()).toEqual([]);
    });
  });
});
