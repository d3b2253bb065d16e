/**
 * `npm run bench:api-server`: CPU time of a kube-apiserver for 0, 1 and 3 replicas of the gateway: at their start, idle, and for each
 * change.
 *
 * Needs `KUBEBUILDER_ASSETS`. Its own work and that of the changes is in the line of 0 replicas; the difference is the cost of the
 * replicas.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ApiClient } from '../test/contract/api-client.ts';
import { cpuMsOf } from '../test/support/abuse/process-usage.ts';
import { startControlPlane } from '../test/support/control-plane.ts';
import { buildGateway } from '../test/support/gateway-process.ts';
import { customResourceDefinitions } from '../test/support/live/environment.ts';
import { realCluster } from '../test/support/live/cluster.ts';
import { namespace, workspace, workspaceKind } from '../test/support/manifests.ts';
import { ReplicaSet } from '../test/support/replicas/replica-set.ts';

const { values } = parseArgs({
  options: { workspaces: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '60' } },
});
const WORKSPACES = Number(values.workspaces);
const IDLE_SECONDS = Number(values.seconds);
const CHANGES = 300;
const CHANGES_PER_SECOND = 20;
const SETTLE_MS = 5_000;

await using controlPlane = await startControlPlane();
const api = await ApiClient.connect(controlPlane.kubeconfig, { keepAlive: true });
const cluster = realCluster(api);
for (const definition of customResourceDefinitions) await api.define(definition);
await cluster.apply(namespace('team-a'));
await cluster.apply(workspaceKind('jupyterlab'));
for (let index = 0; index < WORKSPACES; index += 1) await cluster.apply(changed(index, 0));
const program = buildGateway();
console.log(`${WORKSPACES} workspaces; CPU time of kube-apiserver`);
for (const size of [0, 1, 3]) await measure(size);

async function measure(size: number): Promise<void> {
  await delay(SETTLE_MS);
  const atStart = await serverMs();
  await using _ = await ReplicaSet.start({ kubeconfig: controlPlane.kubeconfig, size, program });
  await delay(SETTLE_MS);
  const started = (await serverMs()) - atStart;
  const beforeIdle = await serverMs();
  await delay(IDLE_SECONDS * 1_000);
  const idle = ((await serverMs()) - beforeIdle) / (IDLE_SECONDS * 10);
  const beforeChanges = await serverMs();
  for (let change = 1; change <= CHANGES; change += 1) {
    await cluster.apply(changed(change % WORKSPACES, change));
    await delay(1_000 / CHANGES_PER_SECOND);
  }
  const each = ((await serverMs()) - beforeChanges) / CHANGES;
  console.log(
    `${size} replicas: start and the ${SETTLE_MS / 1_000} s after it ${started.toFixed(0)} ms, idle ${idle.toFixed(2)} % of a core, ` +
      `${each.toFixed(2)} ms for each change (a read and two writes)`,
  );
}

function changed(index: number, change: number) {
  return workspace(`nb-${index}`, { state: change % 2 === 0 ? 'Running' : 'Pending' });
}

async function serverMs(): Promise<number> {
  return cpuMsOf(controlPlane.apiServerPid());
}
