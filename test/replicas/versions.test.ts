import { expect, it } from 'vitest';
import { buildGateway } from '../support/gateway-process.ts';
import { balancerMissing, startBalancer } from '../support/replicas/balancers.ts';
import { startSimulatedCluster } from '../support/replicas/drill-clusters.ts';
import { ReplicaDrill, replicaSettings } from '../support/replicas/drill.ts';
import { ReplicaSet } from '../support/replicas/replica-set.ts';

/** `dist/server.js` of an earlier version, built in a clone at its tag. */
const earlier = process.env['EARLIER_GATEWAY'];
const missing = earlier
  ? balancerMissing('haproxy')
  : 'EARLIER_GATEWAY does not name the program of an earlier version';
if (missing !== undefined) console.warn(`The drill with two versions is skipped: ${missing}.`);

const FEW = 60;
const CLIENTS = 2;

it.skipIf(missing)(
  'answer each query and mutation and lose no event when three replicas are updated from an earlier version and rolled back',
  async () => {
    const current = buildGateway();
    await using cluster = await startSimulatedCluster();
    const options = { kubeconfig: cluster.kubeconfig, size: 3, settings: replicaSettings, program: earlier };
    await using replicas = await ReplicaSet.start(options);
    await using balancer = await startBalancer('haproxy', replicas);
    await using drill = await ReplicaDrill.start(cluster, balancer);
    await drill.subscribe(FEW);
    const loads = [
      drill.startQueries('POST', CLIENTS),
      drill.startQueries('GET', CLIENTS),
      drill.startMutations(CLIENTS, { keepAlive: true }),
    ];
    const changes = drill.startChanges(50);
    for (const program of [current, earlier]) {
      expect(await replicas.restartAll(program)).toEqual([0, 0, 0]);
      for (const load of loads) await load.moreAnswers(50);
    }
    await changes[Symbol.asyncDispose]();
    expect(loads.flatMap(({ failures }) => failures)).toEqual([]);
    expect(await drill.violations()).toEqual([]);
  },
  600_000,
);
