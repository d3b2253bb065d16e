import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { chances as chancesOf, type Chances } from '../cache/seeded-chances.ts';
import { workspaceCrd } from '../../src/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../src/demo/crds/workspace-kind.ts';
import { resources } from '../../src/kinds/index.ts';
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import type { TestGateway } from '../gateway/test-gateway.ts';
import { until } from '../gateway/until.ts';
import { FaultInjector } from './fault-injector.ts';
import { Fleet } from './fleet.ts';
import { Follower } from './follower.ts';
import { mistakesAtRest } from './rest.ts';
import { askingSelection, selections } from './selections.ts';
import { simulatedWorld, type World } from './world.ts';
import { Writer } from './writer.ts';

const STEPS = 120;

/** One random history of a cluster, its gateways and their clients. The same seed plays the same one, as far as time allows. */
export async function mistakesOf(seed: number): Promise<readonly string[]> {
  const chances = chancesOf(seed);
  await using scenario = await Scenario.start(chances);
  return await scenario.run(); // it is disposed of only then
}

interface Parts {
  readonly chances: Chances;
  /** Whether somebody needs the API server all the time. */
  readonly answersReviews: boolean;
  readonly simulator: Simulator;
  readonly world: World;
  readonly fleet: Fleet;
  readonly writer: Writer;
  readonly injector: FaultInjector;
  readonly followers: readonly Follower[];
  readonly steps: readonly string[];
  readonly note: (what: string) => void;
}

class Scenario implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #mutations = new Set<Promise<unknown>>();
  readonly #mistakes: string[] = [];

  static async start(chances: Chances): Promise<Scenario> {
    const steps: string[] = [];
    const note = (what: string) => void steps.push(what);
    const answersReviews = chances.below(3) === 0;
    const simulator = await startSimulator({
      bookmarkIntervalMs: chances.of([20, 50, 60_000]),
      objects: [workspaceCrd, workspaceKindCrd],
    });
    const world = simulatedWorld(simulator);
    const writer = new Writer({
      world,
      chances,
      note,
      workspaces: 7 + chances.below(14),
      messageLength: chances.of([10, 10, 3_000, 8_000]),
    });
    await writer.begin();
    const fleet = await Fleet.start(() => simulator.kubeconfig, {
      chances: chancesOf(chances.below(2 ** 30)), // followers choose at their own times
      size: chances.of([1, 2]),
      historyEvents: chances.of([3, 30, 10_000]),
      watchIdleTimeoutMs: chances.of([200, 60_000]),
      maxPendingBytes: 1,
      slowReaderTimeoutSeconds: chances.of([0.1, 30]),
    });
    const chosen = [...selections, ...(answersReviews ? [askingSelection, askingSelection] : [])];
    const followers = chosen.map(
      (selection) =>
        new Follower({
          selection,
          transport: chances.of(['WebSocket', 'Server-Sent Events'] as const),
          address: () => fleet.one.url,
          moment: () => steps.length,
        }),
    );
    const injector = new FaultInjector({ simulator, chances, answersReviews, note });
    return new Scenario({ chances, answersReviews, simulator, world, fleet, writer, injector, followers, steps, note });
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  async run(): Promise<readonly string[]> {
    const { chances, injector, followers, steps } = this.#parts;
    const failures = () => followers.filter(({ failure }) => failure !== undefined);
    for (let step = 0; step < STEPS && this.#mistakes.length + failures().length === 0; step += 1) {
      await this.#act();
      await injector.pass();
      await breathe(chances);
    }
    await this.#rest();
    return this.#mistakes.length === 0
      ? []
      : [...this.#mistakes, `the steps were\n    ${numbered(steps).join('\n    ')}`];
  }

  async #act(): Promise<void> {
    const { chances, writer, injector, followers } = this.#parts;
    const dice = chances.below(100);
    if (dice < 60) return writer.act();
    if (dice < 64) return this.#mutate();
    if (dice < 72) return injector.act();
    if (dice < 88) return this.#vanish();
    if (dice < 92) return chances.of(followers).pause();
    if (dice < 97) return chances.of(followers).resume();
    if (dice < 98) return this.#replaceGateway();
    if (dice < 99) return writer.flood();
    return this.#anotherWorld();
  }

  #vanish(): void {
    const { chances, followers, note } = this.#parts;
    const follower = chances.of(followers);
    note(`${follower.title} vanishes`);
    if (chances.below(10) === 0) follower.beginAnew();
    else follower.vanish();
  }

  /** Pauses or starts a workspace through a gateway; whether that is possible is not asked. */
  #mutate(): void {
    const { chances, writer, fleet, note } = this.#parts;
    const { name, namespace } = writer.somewhere();
    const mutation = chances.of(['pauseWorkspace', 'startWorkspace']);
    note(`${mutation} ${namespace}/${name}`);
    const document = `mutation { ${mutation}(input: { namespace: "${namespace}", name: "${name}" }) { warnings } }`;
    const running: Promise<unknown> = fleet.one.query(document).catch(() => undefined); // its gateway may be stopped
    this.#mutations.add(running);
    void running.finally(() => this.#mutations.delete(running));
  }

  async #replaceGateway(): Promise<void> {
    const { injector, fleet, note } = this.#parts;
    note('another gateway');
    await injector.heal();
    await fleet.replaceOne();
  }

  /**
   * The API server comes back with an older world, or without the definition of a kind. Versions of two worlds look alike,
   * so nobody writes until every gateway has noticed, and who has lost its connection meanwhile begins anew.
   */
  async #anotherWorld(): Promise<void> {
    const { chances, note, answersReviews } = this.#parts;
    const what = answersReviews ? 'redefine' : chances.of(['redefine', 'restore', 'lose'] as const);
    note(what);
    if (what === 'redefine') return this.#redefine();
    return what === 'restore' ? this.#restore() : this.#lose();
  }

  async #restore(): Promise<void> {
    const { simulator, writer } = this.#parts;
    const snapshot = simulator.faults.snapshot();
    for (let round = 0; round < 10; round += 1) await writer.act();
    await this.#calm();
    const before = this.#resets();
    await simulator.faults.restart({ data: snapshot });
    await this.#noticed(resources.length);
    await this.#leave(before);
  }

  #resets(): readonly number[] {
    return this.#parts.followers.map(({ resets }) => resets);
  }

  /** Lets everybody come to rest in another world, and those begin anew who were told nothing of it. */
  async #leave(resets: readonly number[]): Promise<void> {
    await this.#rest();
    for (const [index, follower] of this.#parts.followers.entries())
      if (follower.resets === resets[index]) follower.beginAnew();
  }

  /** Nothing is left: neither definitions nor objects. */
  async #lose(): Promise<void> {
    const { simulator, writer } = this.#parts;
    await this.#rest();
    const before = this.#resets();
    await simulator.faults.restart({ data: 'lose' });
    await this.#noticed(1);
    for (const definition of [workspaceCrd, workspaceKindCrd]) simulator.apply(definition);
    await this.#noticed(resources.length);
    await writer.begin();
    await this.#leave(before);
  }

  /** Every gateway watches so many kinds, and so has looked what world it is. */
  async #noticed(kinds: number): Promise<void> {
    const { simulator, fleet } = this.#parts;
    const watched = (gateway: TestGateway) => gateway.statistics().kinds.filter(({ available }) => available).length;
    const isNoticed = () =>
      simulator.openWatches === kinds * fleet.gateways.length && fleet.gateways.every((each) => watched(each) === kinds);
    await until(isNoticed, 'every gateway has looked what world it is').catch((e) => { console.log('noticed', kinds, simulator.openWatches, fleet.gateways.map(watched)); throw e; });
  }

  async #redefine(): Promise<void> {
    const { simulator, chances } = this.#parts;
    const crd = chances.of([workspaceCrd, workspaceKindCrd]);
    await this.#calm();
    simulator.delete(crd.apiVersion, crd.kind, crd.metadata.name ?? '');
    for (let breath = 0; breath < 5; breath += 1) await breathe(chances);
    simulator.apply(crd);
  }

  /** Nothing is wrong any more, and nothing under way. */
  async #calm(): Promise<void> {
    await this.#parts.injector.heal();
    await Promise.all(this.#mutations);
    for (const follower of this.#parts.followers) follower.resume();
  }

  async #rest(): Promise<void> {
    const { world, fleet, followers } = this.#parts;
    await this.#calm();
    this.#mistakes.push(...(await mistakesAtRest({ world, gateways: fleet.gateways, followers })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const follower of this.#parts.followers) follower[Symbol.dispose]();
    await this.#parts.fleet[Symbol.asyncDispose]();
    await this.#parts.simulator[Symbol.asyncDispose]();
  }
}

function numbered(steps: readonly string[]): readonly string[] {
  return steps.map((step, index) => `${index + 1} ${step}`);
}

/** Lets a little happen, or some more. */
async function breathe(chances: Chances): Promise<void> {
  const dice = chances.below(100);
  if (dice < 30) await delay(dice < 5 ? 30 : chances.below(10));
  else for (let turns = chances.below(6); turns > 0; turns -= 1) await turn();
}
