import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { binding, RBAC } from '../support/access/rbac-objects.ts';
import { controlPlaneMissing, startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { base64, kubeconfigText } from '../support/kubeconfig.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { createScratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { pause, readinessOf, sees } from '../support/workspace-requests.ts';
import { ApiClient } from './api-client.ts';

/** Time within which changed files have to be in use. */
const ROTATION_MS = 30_000;
/** Exceeds the waits between attempts: readiness fails when every attempt of five seconds has failed. */
const FAILING_MS = 60_000;
const CORE = '/api/v1/namespaces/team-a';
const WORKSPACES = '/apis/kubeflow.org/v1beta1/namespaces/team-a/workspaces';

if (controlPlaneMissing) console.warn(`Rotation is tested with the simulator only: ${controlPlaneMissing}.`);

describe.skipIf(controlPlaneMissing)('credentials of a kube-apiserver that change on disk', () => {
  let cluster: ControlPlane;
  let directory: ScratchDirectory;
  let file: string;

  beforeAll(async () => {
    cluster = await startControlPlane();
    directory = await createScratchDirectory();
    const api = await ApiClient.connect(cluster.kubeconfig);
    for (const definition of [workspaceCrd, workspaceKindCrd]) await api.define(definition);
    await api.post('/api/v1/namespaces', namespace('team-a'));
    await api.post('/apis/kubeflow.org/v1beta1/workspacekinds', workspaceKind('jupyterlab'));
    for (const name of ['nb-1', 'nb-2', 'nb-3']) await api.post(WORKSPACES, workspace(name));
    await createGatewayAccount(api);
    const access = { server: cluster.url, 'certificate-authority': 'ca.crt' };
    await directory.write('ca.crt', await certificateOf(cluster));
    await directory.write('token', await tokenBoundTo(api, 'first'));
    file = await directory.write('config', kubeconfigText(access, { tokenFile: 'token' }));
  });
  afterAll(async () => {
    await directory[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it('uses changed credentials for watches, lists and writes, and is not ready while every request fails', async () => {
    await using gateway = await startGatewayFor('', { connection: { type: 'files', files: [file] } });
    await waitFor(() => sees(gateway, 'nb-1'), 'the workspace is served');
    const api = await ApiClient.connect(cluster.kubeconfig);

    // Another token, before the first one is revoked.
    await directory.write('token', await tokenBoundTo(api, 'second'));
    await revoke(api, 'first');
    await cluster.restartApiServer();
    await api.post(WORKSPACES, workspace('after-token'));
    await waitFor(() => sees(gateway, 'after-token'), 'a change arrives', ROTATION_MS);
    expect(await pause(gateway, 'nb-1')).toBeUndefined();

    // No valid token at all: the gateway serves its copy, and is not ready.
    await revoke(api, 'second');
    await cluster.restartApiServer();
    await waitFor(async () => (await readinessOf(gateway)) === 503, 'the gateway is not ready', FAILING_MS);
    expect(await sees(gateway, 'nb-1')).toBe(true);
    await directory.write('token', await tokenBoundTo(api, 'third'));
    await waitFor(async () => (await readinessOf(gateway)) === 200, 'the gateway is ready again', 40_000);
    expect(await pause(gateway, 'nb-2')).toBeUndefined();

    // Another certificate authority.
    await cluster.stopApiServer();
    for (const name of ['apiserver.crt', 'apiserver.key']) await rm(path.join(cluster.dataDirectory, name));
    await cluster.startApiServer();
    await directory.write('ca.crt', await certificateOf(cluster));
    const trusting = await ApiClient.connect(await kubeconfigNow(cluster));
    await trusting.post(WORKSPACES, workspace('after-authority'));
    await waitFor(() => sees(gateway, 'after-authority'), 'a change arrives', 40_000);
    expect(await pause(gateway, 'nb-3')).toBeUndefined();
    expect(await readinessOf(gateway)).toBe(200);
  }, 240_000);
});

function certificateOf({ dataDirectory }: ControlPlane): Promise<string> {
  return readFile(path.join(dataDirectory, 'apiserver.crt'), 'utf8');
}

/** Returns the administrator's kubeconfig with the present certificate of the server. */
async function kubeconfigNow(cluster: ControlPlane): Promise<string> {
  const present = base64(await certificateOf(cluster));
  return cluster.kubeconfig.replace(
    /certificate-authority-data: (?:>-\n\s+)?\S+/u,
    `certificate-authority-data: ${present}`,
  );
}

/** Creates the ServiceAccount `gateway`, which may do everything. */
async function createGatewayAccount(api: ApiClient): Promise<void> {
  await api.post(`${CORE}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'gateway' },
  });
  const account = { kind: 'ServiceAccount', namespace: 'team-a', name: 'gateway' };
  const administration = binding({ name: 'gateway' }, { kind: 'ClusterRole', name: 'cluster-admin' }, account);
  await api.post(`/apis/${RBAC}/clusterrolebindings`, administration);
}

/** Returns a token of the gateway that is valid until the Secret of this name, which is created, is deleted. */
async function tokenBoundTo(api: ApiClient, name: string): Promise<string> {
  const secret = await api.post(`${CORE}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name } });
  const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name, uid: secret.body.metadata?.uid };
  const { body } = await api.post(`${CORE}/serviceaccounts/gateway/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3_600, boundObjectRef },
  });
  const { token } = Object(body.status);
  expect(token).toEqual(expect.any(String));
  return token;
}

async function revoke(api: ApiClient, name: string): Promise<void> {
  const { code } = await api.delete(`${CORE}/secrets/${name}`);
  expect(code).toBe(200);
}
