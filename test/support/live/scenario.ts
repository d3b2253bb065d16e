import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Resource } from '../../../src/kubernetes/resource.ts';
import { chances as chancesOf, type Chances } from '../seeded-chances.ts';
import { alwaysWatched } from '../always-watched.ts';
import type { TestGateway } from '../test-gateway.ts';
import { until } from '../until.ts';
import { LONGEST_REST_MS, mistakesAtRest } from './rest.ts';
import { definitions, setStage, type Stage } from './stage.ts';

const STEPS = 120;

/** One random history of a cluster, its gateways and their clients. The same seed plays the same one, as far as time allows. */
export async function mistakesOf(seed: number): Promise<readonly string[]> {
  await using scenario = new Scenario(await setStage(chancesOf(seed)));
  return await scenario.run(); // it is disposed of only then
}

class Scenario implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #mutations = new Set<Promise<unknown>>();
  readonly #mistakes: string[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async run(): Promise<readonly string[]> {
    const { chances, injector, followers, steps } = this.#stage;
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
    const { chances, writer, injector, followers } = this.#stage;
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
    const { chances, followers, note } = this.#stage;
    const follower = chances.of(followers);
    note(`${follower.title} vanishes`);
    if (chances.below(10) === 0) follower.beginAnew();
    else follower.vanish();
  }

  /** Pauses or starts a workspace through a gateway; whether that is possible is not asked. */
  #mutate(): void {
    const { chances, writer, fleet, note } = this.#stage;
    const { name, namespace } = writer.somewhere();
    const mutation = chances.of(['pauseWorkspace', 'startWorkspace']);
    note(`${mutation} ${namespace}/${name}`);
    const document = `mutation { ${mutation}(input: { namespace: "${namespace}", name: "${name}" }) { warnings } }`;
    const running: Promise<unknown> = fleet.one.query(document).catch(() => undefined); // its gateway may be stopped
    this.#mutations.add(running);
    void running.finally(() => this.#mutations.delete(running));
  }

  async #replaceGateway(): Promise<void> {
    const { injector, fleet, note } = this.#stage;
    note('another gateway');
    await injector.heal();
    await fleet.replaceOne();
  }

  /**
   * The API server comes back with an older world, or without the definition of a kind. Versions of two worlds look alike,
   * so nobody writes until every gateway has noticed, and who has lost its connection meanwhile begins anew.
   */
  async #anotherWorld(): Promise<void> {
    const { chances, note, answersReviews } = this.#stage;
    const what = answersReviews ? 'redefine' : chances.of(['redefine', 'restore', 'lose'] as const);
    note(what);
    if (what === 'redefine') return this.#redefine();
    return what === 'restore' ? this.#restore() : this.#lose();
  }

  async #restore(): Promise<void> {
    const { simulator, writer } = this.#stage;
    const snapshot = simulator.faults.snapshot();
    for (let round = 0; round < 10; round += 1) await writer.act();
    await this.#calm();
    const before = this.#resets();
    await simulator.faults.restart({ data: snapshot });
    await this.#noticed(alwaysWatched.length);
    await this.#leave(before);
  }

  #resets(): readonly number[] {
    return this.#stage.followers.map(({ resets }) => resets);
  }

  /** Lets everybody come to rest in another world, and those begin anew who were told nothing of it. */
  async #leave(resets: readonly number[]): Promise<void> {
    await this.#rest();
    for (const [index, follower] of this.#stage.followers.entries())
      if (follower.resets === resets[index]) follower.beginAnew();
  }

  /** Nothing is left: neither definitions nor objects. */
  async #lose(): Promise<void> {
    const { simulator, writer } = this.#stage;
    await this.#rest();
    const before = this.#resets();
    await simulator.faults.restart({ data: 'lose' });
    await this.#noticed(1);
    for (const definition of definitions) simulator.apply(definition);
    await this.#noticed(alwaysWatched.length);
    await writer.begin();
    await this.#leave(before);
  }

  /** Every gateway watches so many kinds though nobody reads them, and all that are read; so it has looked what world it is. */
  async #noticed(kinds: number): Promise<void> {
    const { simulator, fleet } = this.#stage;
    const isNoticed = () => {
      const watched = fleet.gateways.map(watchedBy);
      return (
        simulator.openWatches === watched.flat().length &&
        watched.every((each) => each.filter((resource) => resource.cache.watched === 'always').length === kinds)
      );
    };
    await until(isNoticed, 'every gateway has looked what world it is', LONGEST_REST_MS);
  }

  async #redefine(): Promise<void> {
    const { simulator, chances } = this.#stage;
    const crd = chances.of(definitions);
    await this.#calm();
    simulator.delete(crd.apiVersion, crd.kind, crd.metadata.name ?? '');
    for (let breath = 0; breath < 5; breath += 1) await breathe(chances);
    simulator.apply(crd);
  }

  /** Nothing is wrong any more, and nothing under way. */
  async #calm(): Promise<void> {
    await this.#stage.injector.heal();
    await Promise.all(this.#mutations);
    for (const follower of this.#stage.followers) follower.resume();
  }

  async #rest(): Promise<void> {
    const { world, fleet, followers } = this.#stage;
    await this.#calm();
    this.#mistakes.push(...(await mistakesAtRest({ world, gateways: fleet.gateways, followers })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const follower of this.#stage.followers) follower[Symbol.dispose]();
    await this.#stage.fleet[Symbol.asyncDispose]();
    await this.#stage.simulator[Symbol.asyncDispose]();
  }
}

/** What has a watch, unless its connection is broken. */
function watchedBy(gateway: TestGateway): readonly Resource[] {
  return gateway
    .statistics()
    .kinds.filter(({ available, updates }) => available && updates === 'watched')
    .map(({ resource }) => resource);
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
