import { expect, it } from 'vitest';
import { schema } from '../../../src/schema.ts';
import type { Row } from '../../support/client-caches/relay-rows.ts';
import { LIST, libraryClients } from '../../support/library-clients.ts';
import { namespace, workspace } from '../../support/manifests.ts';
import { seededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { startTestGateway, type SimulatedGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';

const CUTS = Number(process.env['CLIENT_CUTS'] ?? 10);
const states = ['Running', 'Paused', 'Error'];

/** Creates, changes and deletes workspaces. */
function write(random: SeededRandom, { cluster }: SimulatedGateway): void {
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const name = `nb-${random.below(6)}`;
    const exists = cluster.list('kubeflow.org/v1beta1', 'Workspace').some(({ metadata }) => metadata.name === name);
    if (exists && random.below(2) === 0) cluster.delete('kubeflow.org/v1beta1', 'Workspace', name, 'team-a');
    else cluster.apply(workspace(name, { state: random.pick(states) }));
  }
}

async function listed(gateway: SimulatedGateway): Promise<string> {
  const { data } = await gateway.query(LIST);
  return textOf((data as { workspaces: { nodes: readonly Row[] } }).workspaces.nodes);
}

function textOf(rows: readonly Row[]): string {
  const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.stringify(sorted.map(({ id, name, state }) => ({ id, name, state })));
}

it.each(libraryClients)(
  `%s has the right list after each of ${CUTS} cuts of its connection, when it retries by itself`,
  async (_, start) => {
    const random = seededRandom(CUTS);
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb-0')] });
    await using proxy = await TcpProxy.to(gateway);
    const client = start(proxy.url, schema);
    const matches = async () => textOf(client.rows()) === (await listed(gateway));
    await waitFor(matches, 'the first list is complete');
    for (let cut = 0; cut < CUTS; cut += 1) {
      if (random.below(2) === 0) write(random, gateway);
      await proxy.disconnect();
      write(random, gateway);
      await proxy.reconnect();
      if (random.below(2) === 0) write(random, gateway);
      await gateway.caughtUp();
      await waitFor(matches, `the list is right after cut ${cut + 1}`);
    }
    expect(textOf(client.rows())).toBe(await listed(gateway));
    client.stop();
  },
  60_000 + CUTS * 2_000,
);
