import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { alwaysWatched } from '../support/always-watched.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { base64, kubeconfigText } from '../support/kubeconfig.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { swapFiles } from '../support/projected-files.ts';
import { createScratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';
import { createServiceAccountDirectory } from '../support/service-account-directory.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { startTlsFront, type TlsFront } from '../support/tls-front.ts';
import { waitFor } from '../support/wait-for.ts';
import { pause, readinessOf, sees } from '../support/workspace-requests.ts';

/** Time within which changed files have to be in use. */
const ROTATION_MS = 30_000;

interface Situation {
  readonly directory: ScratchDirectory;
  readonly cluster: Simulator;
  readonly front: TlsFront;
}

interface Rotation {
  /** Writes the first files and returns the kubeconfig. */
  readonly before: (situation: Situation) => Promise<string>;
  /** Invalidates the first credentials and writes the second ones. */
  readonly rotate: (situation: Situation) => Promise<unknown>;
}

const [first, second] = [createServingCertificate(), createServingCertificate()];
const [firstClient, secondClient] = [createServingCertificate(), createServingCertificate()];
const trusted = { 'certificate-authority-data': base64(first.certificate) };

const rotations: Readonly<Record<string, Rotation>> = {
  'token in the kubeconfig': {
    before: ({ cluster, front }) =>
      Promise.resolve(kubeconfigText({ server: front.url, ...trusted }, { token: cluster.token })),
    async rotate({ cluster, front, directory }) {
      cluster.faults.rotateToken();
      await directory.write('config', kubeconfigText({ server: front.url, ...trusted }, { token: cluster.token }));
    },
  },
  'token file': {
    async before({ cluster, front, directory }) {
      await directory.write('token', cluster.token);
      return kubeconfigText({ server: front.url, ...trusted }, { tokenFile: 'token' });
    },
    async rotate({ cluster, directory }) {
      cluster.faults.rotateToken();
      await directory.write('token', `${cluster.token}\n`);
    },
  },
  'certificate authority': {
    async before({ cluster, front, directory }) {
      await directory.write('ca.crt', first.certificate);
      return kubeconfigText({ server: front.url, 'certificate-authority': 'ca.crt' }, { token: cluster.token });
    },
    async rotate({ front, directory }) {
      front.rotate({ server: second });
      await directory.write('ca.crt', second.certificate);
    },
  },
  'token file, written in place': {
    async before({ cluster, front, directory }) {
      await writeFile(path.join(directory.path, 'token'), cluster.token);
      return kubeconfigText({ server: front.url, ...trusted }, { tokenFile: 'token' });
    },
    async rotate({ cluster, directory }) {
      cluster.faults.rotateToken();
      await writeFile(path.join(directory.path, 'token'), cluster.token);
    },
  },
  'certificate authority and token, swapped by a symlink': {
    async before({ cluster, front, directory }) {
      await swapFiles(directory.path, { 'ca.crt': first.certificate, token: cluster.token });
      return kubeconfigText({ server: front.url, 'certificate-authority': 'ca.crt' }, { tokenFile: 'token' });
    },
    async rotate({ cluster, front, directory }) {
      front.rotate({ server: second });
      cluster.faults.rotateToken();
      await swapFiles(directory.path, { 'ca.crt': second.certificate, token: cluster.token });
    },
  },
  'client certificate and key': {
    async before({ cluster, front, directory }) {
      front.rotate({ server: first, client: firstClient });
      await directory.write('me.crt', firstClient.certificate);
      await directory.write('me.key', firstClient.key);
      const user = { 'client-certificate': 'me.crt', 'client-key': 'me.key', token: cluster.token };
      return kubeconfigText({ server: front.url, ...trusted }, user);
    },
    async rotate({ front, directory }) {
      front.rotate({ server: first, client: secondClient });
      await directory.write('me.crt', secondClient.certificate);
      await directory.write('me.key', secondClient.key);
    },
  },
};

describe.each(Object.entries(rotations))('a changed %s', (_, { before, rotate }) => {
  it('uses a credential for watches, lists and writes within ten seconds when it changes on disk', async () => {
    await using situation = await startSituation();
    const { cluster, front, directory } = situation;
    const file = await directory.write('config', await before(situation));
    await using gateway = await startGatewayFor('', { connection: { type: 'files', files: [file] } });
    await watched(cluster);
    const requestsBefore = cluster.requests.length;
    await rotate(situation);
    const watches = () =>
      cluster.requests.slice(requestsBefore).filter(({ verb, status }) => verb === 'watch' && status === 200);
    await waitFor(() => watches().length >= alwaysWatched.length, 'watches are opened again', ROTATION_MS);
    await waitFor(
      () => front.currentConnections >= alwaysWatched.length,
      'the watches are connected again',
      ROTATION_MS,
    );
    expect(await pause(gateway)).toBeUndefined();
    front.drop();
    cluster.apply(workspace('late'));
    await waitFor(() => sees(gateway, 'late'), 'a change arrives');
    expect(await readinessOf(gateway)).toBe(200);
  });
});

it('uses the token and authority of its service account when the kubelet swaps them', async ({ skip }) => {
  await using situation = await startSituation();
  const { cluster, front } = situation;
  await using account = await createServiceAccountDirectory(skip);
  await account.swap({ 'ca.crt': first.certificate, token: cluster.token });
  const { hostname, port } = new URL(front.url);
  await using gateway = await startGatewayProcess('', {
    KUBECONFIG: '',
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    AUTH_MODE: 'kubeconfig',
  });
  await watched(cluster);
  front.rotate({ server: second });
  cluster.faults.rotateToken();
  const { length } = cluster.requests;
  await account.swap({ 'ca.crt': second.certificate, token: cluster.token });
  const watches = () => cluster.requests.slice(length).filter(({ verb, status }) => verb === 'watch' && status === 200);
  await waitFor(() => watches().length >= alwaysWatched.length, 'watches are opened again', ROTATION_MS);
  front.drop(); // the connections with the first certificate
  cluster.apply(workspace('late'));
  const query = encodeURIComponent('{ workspaces { totalCount } }');
  const answer = async () => (await fetch(`http://127.0.0.1:${gateway.port}/graphql?query=${query}`)).text();
  await waitFor(async () => (await answer()).includes('"totalCount":2'), 'a change arrives', ROTATION_MS);
  expect(await gateway.stop()).toBe(0);
});

it('continues with the last files when a rotation stops in the middle', async () => {
  await using situation = await startSituation();
  const { cluster, front, directory } = situation;
  const { before } = rotations['client certificate and key']!;
  const file = await directory.write('config', await before(situation));
  await using gateway = await startGatewayFor('', { connection: { type: 'files', files: [file] } });
  await watched(cluster);
  await directory.write('me.crt', secondClient.certificate); // its key follows later
  await directory.write('config', 'clusters: [');
  const end = Date.now() + 5_000;
  await waitFor(() => Date.now() > end, 'the files have been read again');
  front.drop();
  await waitFor(() => cluster.openWatches === alwaysWatched.length, 'the watches are open again', ROTATION_MS);
  expect(await pause(gateway)).toBeUndefined();
});

it('watches, lists and writes another server when the kubeconfig names it', async () => {
  await using left = await startSituation();
  await using right = await startSituation('elsewhere');
  const file = await left.directory.write('config', directConfig(left));
  await using gateway = await startGatewayFor('', { connection: { type: 'files', files: [file] } });
  await watched(left.cluster);
  await left.directory.write('config', directConfig(right));
  await waitFor(() => sees(gateway, 'elsewhere'), 'the objects of the other cluster arrive', ROTATION_MS);
  await waitFor(async () => !(await sees(gateway, 'nb-1')), 'the objects of the first cluster are gone', ROTATION_MS);
  // Each kind is watched on a connection of its own.
  await waitFor(() => left.cluster.openWatches === 0, 'no kind of the first cluster is watched', ROTATION_MS);
  expect(await pause(gateway, 'elsewhere')).toBeUndefined();
});

it('lists another server when the kubeconfig names it while the first one is down', async () => {
  await using left = await startSituation();
  await using right = await startSituation('elsewhere');
  // The versions of the other cluster are ahead, so that they look like a continuation.
  for (let count = 0; count < 200; count += 1) right.cluster.apply(namespace(`team-${count}`));
  const file = await left.directory.write('config', directConfig(left));
  await using gateway = await startGatewayFor('', { connection: { type: 'files', files: [file] } });
  await watched(left.cluster);
  await left.cluster.faults.stop();
  await left.directory.write('config', directConfig(right));
  await waitFor(() => sees(gateway, 'elsewhere'), 'the objects of the other cluster arrive', ROTATION_MS);
  await waitFor(async () => !(await sees(gateway, 'nb-1')), 'the objects of the first cluster are gone', ROTATION_MS);
  expect(await pause(gateway, 'elsewhere')).toBeUndefined();
});

it('answers 503 to the readiness probe while every request fails', async () => {
  await using situation = await startSituation();
  const { cluster, directory } = situation;
  const file = await directory.write('config', kubeconfigText({ server: cluster.url }, { token: cluster.token }));
  await using gateway = await startGatewayFor('', { connection: { type: 'files', files: [file] } });
  await watched(cluster);
  expect([await readinessOf(gateway), await sees(gateway, 'nb-1')]).toEqual([200, true]);
  cluster.faults.rotateToken();
  cluster.faults.dropWatches();
  await waitFor(async () => (await readinessOf(gateway)) === 503, 'the gateway is not ready');
  expect(await sees(gateway, 'nb-1')).toBe(true);
  await directory.write('config', kubeconfigText({ server: cluster.url }, { token: cluster.token }));
  await waitFor(async () => (await readinessOf(gateway)) === 200, 'the gateway is ready again', 40_000);
}, 60_000);

async function startSituation(name = 'nb-1'): Promise<Situation & AsyncDisposable> {
  const started = new AsyncDisposableStack();
  const objects = [workspaceCrd, workspaceKindCrd, namespace('team-a'), workspace(name, { state: 'Running' })];
  const cluster = started.use(await startSimulator({ objects, bookmarkIntervalMs: 200 }));
  const front = started.use(await startTlsFront(cluster.url, { server: first }));
  const directory = started.use(await createScratchDirectory());
  return { cluster, front, directory, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Returns a kubeconfig without TLS. */
function directConfig({ cluster }: Situation): string {
  return kubeconfigText({ server: cluster.url }, { token: cluster.token });
}

async function watched(cluster: Simulator): Promise<void> {
  await waitFor(() => cluster.openWatches === alwaysWatched.length, 'every kind is watched');
}
