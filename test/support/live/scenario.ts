import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Resource } from '../../../src/kubernetes/resource.ts';
import { seededRandom, type SeededRandom } from '../seeded-random.ts';
import { rbacResources } from '../../../src/auth/rbac/resources.ts';
import { alwaysWatchedKinds } from '../always-watched.ts';
import type { TestGateway } from '../test-gateway.ts';
import { waitFor } from '../wait-for.ts';
import { SubscriptionClient } from './subscription-client.ts';
import { QUIESCENCE_TIMEOUT_MS, violationsWhenQuiescent } from './quiescence.ts';
import { customResourceDefinitions, startEnvironment, type ScenarioEnvironment } from './environment.ts';

const STEPS = 120;

/**
 * Runs a random sequence of writes, faults and reconnects. The same seed gives the same sequence, as far as timing allows.
 * @returns violations of the contract, followed by the steps
 */
export async function runScenario(seed: number): Promise<readonly string[]> {
  await using scenario = new Scenario(await startEnvironment(seededRandom(seed)));
  return await scenario.run().catch((error: Error) => [String(error.stack), scenario.steps]); // awaited, so that it is disposed of after its end
}

class Scenario implements AsyncDisposable {
  readonly #environment: ScenarioEnvironment;
  readonly #mutations = new Set<Promise<unknown>>();
  readonly #violations: string[] = [];

  constructor(environment: ScenarioEnvironment) {
    this.#environment = environment;
  }

  async run(): Promise<readonly string[]> {
    const { random, injector, clients } = this.#environment;
    const violating = () => clients.filter(({ violation }) => violation !== undefined);
    for (let step = 0; step < STEPS && this.#violations.length + violating().length === 0; step += 1) {
      await this.#act();
      await injector.tick();
      await pause(random);
    }
    await this.#waitForQuiescence();
    if (this.#violations.length === 0) this.#violations.push(...(await this.#violationsOfResuming()));
    return this.#violations.length === 0 ? [] : [...this.#violations, this.steps];
  }

  /** The steps so far, as text. */
  get steps(): string {
    return `The steps were:\n    ${numbered(this.#environment.steps).join('\n    ')}`;
  }

  async #act(): Promise<void> {
    const { random, writer, injector, clients } = this.#environment;
    const dice = random.below(100);
    if (dice < 57) return writer.writeRandom();
    if (dice < 64) return this.#mutate();
    if (dice < 72) return injector.inject();
    if (dice < 88) return this.#disconnect();
    if (dice < 92) return random.pick(clients).pause();
    if (dice < 97) return random.pick(clients).resume();
    if (dice < 98) return this.#replaceGateway();
    if (dice < 99) return writer.updateAll();
    return this.#endEpoch();
  }

  #disconnect(): void {
    const { random, clients, note } = this.#environment;
    const client = random.pick(clients);
    note(`${client.title} disconnects`);
    if (random.below(10) === 0) client.restart();
    else client.disconnect();
  }

  /** Pauses or starts a workspace through a gateway. The mutation may fail. */
  #mutate(): void {
    const { random, writer, fleet, note } = this.#environment;
    const { name, namespace } = writer.anyWorkspace();
    const mutation = random.pick(['pauseWorkspace', 'startWorkspace']);
    note(`${mutation} ${namespace}/${name}`);
    const document = `mutation { ${mutation}(input: { namespace: "${namespace}", name: "${name}" }) { warnings } }`;
    const running: Promise<unknown> = fleet.anyGateway.query(document).catch(() => undefined); // its gateway may have stopped
    this.#mutations.add(running);
    void running.finally(() => this.#mutations.delete(running));
  }

  async #replaceGateway(): Promise<void> {
    const { injector, fleet, note } = this.#environment;
    note('replace a gateway');
    await injector.clear();
    await fleet.replaceAny();
  }

  /**
   * Ends the epoch: restores the API server from a backup, deletes all its data, or redefines a kind. Versions of two
   * epochs look alike, so writes wait until every gateway has noticed, and clients that were disconnected
   * restart without a cursor.
   */
  async #endEpoch(): Promise<void> {
    const { random, note, needsApiServer } = this.#environment;
    const what = needsApiServer ? 'redefine' : random.pick(['redefine', 'restore', 'lose'] as const);
    note(what);
    if (what === 'redefine') return this.#redefine();
    return what === 'restore' ? this.#restore() : this.#lose();
  }

  /** Watches end some time before, as when a server stops: each gateway then is at another step of opening them again. */
  async #restore(): Promise<void> {
    const { simulator, writer, random } = this.#environment;
    const snapshot = simulator.faults.snapshot();
    for (let round = 0; round < 10; round += 1) await writer.writeRandom();
    await this.#settle();
    const before = this.#resets();
    if (random.below(2) === 0) simulator.faults.endWatches();
    for (let count = random.below(20); count > 0; count -= 1) await turn();
    await simulator.faults.restart({ data: snapshot });
    await this.#waitUntilWatched(alwaysWatchedKinds.length);
    await this.#enterEpoch(before);
  }

  #resets(): readonly number[] {
    return this.#environment.clients.map(({ resets }) => resets);
  }

  /** Waits for quiescence in the new epoch, and restarts the clients that received no RESET. */
  async #enterEpoch(resets: readonly number[]): Promise<void> {
    await this.#waitForQuiescence();
    for (const [index, client] of this.#environment.clients.entries()) {
      client.forgetPast();
      if (client.resets === resets[index]) client.restart();
    }
  }

  /** Deletes all data, definitions included, and starts again. */
  async #lose(): Promise<void> {
    const { simulator, writer } = this.#environment;
    await this.#waitForQuiescence();
    const before = this.#resets();
    await simulator.faults.restart({ data: 'lose' });
    await this.#waitUntilWatched(1);
    for (const definition of customResourceDefinitions) simulator.apply(definition);
    await this.#waitUntilWatched(alwaysWatchedKinds.length);
    await writer.createInitialObjects();
    await this.#enterEpoch(before);
  }

  /**
   * Waits until every gateway watches this number of always-watched kinds, without an interruption, and thus has noticed the new epoch: if
   * versions grew past its own before, it would not.
   */
  async #waitUntilWatched(kinds: number): Promise<void> {
    const { simulator, fleet } = this.#environment;
    const isNoticed = () => {
      const watched = fleet.gateways.map(watchedBy);
      return (
        simulator.openWatches === watched.flat().length + watched.length * rbacResources.length &&
        fleet.gateways.every((gateway) =>
          gateway.statistics().kinds.every(({ available, staleSince }) => !available || staleSince === undefined),
        ) &&
        watched.every((each) => each.filter((resource) => resource.cache.watched === 'always').length === kinds)
      );
    };
    await waitFor(isNoticed, 'every gateway watches in the new epoch', QUIESCENCE_TIMEOUT_MS);
  }

  async #redefine(): Promise<void> {
    const { simulator, random } = this.#environment;
    const crd = random.pick(customResourceDefinitions);
    await this.#settle();
    simulator.delete(crd.apiVersion, crd.kind, crd.metadata.name ?? '');
    for (let count = 0; count < 5; count += 1) await pause(random);
    simulator.apply(crd);
  }

  /** Ends all faults, pauses and mutations. */
  async #settle(): Promise<void> {
    await this.#environment.injector.clear();
    await Promise.all(this.#mutations);
    for (const client of this.#environment.clients) client.resume();
  }

  /** Resumes at every gateway from the cursors that clients have received, each with what its client had received then. */
  async #violationsOfResuming(): Promise<readonly string[]> {
    const { cluster, fleet, clients, steps } = this.#environment;
    const violations: string[] = [];
    for (const { selection, transport, pastResultSets } of clients) {
      using resuming = new DisposableStack();
      const resumed = fleet.gateways.flatMap(({ url }) =>
        pastResultSets.map((past) => {
          const at = { gatewayUrl: () => url, currentStep: () => steps.length };
          return resuming.use(new SubscriptionClient({ selection, transport, received: past.fork(), ...at }));
        }),
      );
      violations.push(...(await violationsWhenQuiescent({ cluster, gateways: [], clients: resumed })));
    }
    return violations;
  }

  async #waitForQuiescence(): Promise<void> {
    const { cluster, fleet, clients } = this.#environment;
    await this.#settle();
    this.#violations.push(...(await violationsWhenQuiescent({ cluster, gateways: fleet.gateways, clients })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#environment.clients) client[Symbol.dispose]();
    await this.#environment.fleet[Symbol.asyncDispose]();
    await this.#environment.simulator[Symbol.asyncDispose]();
  }
}

/** Returns the resources that the gateway watches. */
function watchedBy(gateway: TestGateway): readonly Resource[] {
  return gateway
    .statistics()
    .kinds.filter(({ available, updates }) => available && updates === 'watched')
    .map(({ resource }) => resource);
}

function numbered(steps: readonly string[]): readonly string[] {
  return steps.map((step, index) => `${index + 1} ${step}`);
}

/** Waits for a random number of turns of the event loop, or milliseconds. */
async function pause(random: SeededRandom): Promise<void> {
  const dice = random.below(100);
  if (dice < 30) await delay(dice < 5 ? 30 : random.below(10));
  else for (let turns = random.below(6); turns > 0; turns -= 1) await turn();
}
