import { setImmediate as turn } from 'node:timers/promises';
import { seededRandom, type SeededRandom } from '../seeded-random.ts';
import { waitFor } from '../wait-for.ts';
import { canariesIn, createCanaryFactory } from './canaries.ts';
import { LiveChanges, nameOf } from './live-changes.ts';
import { LiveSubscriber } from './live-subscriber.ts';
import {
  everyKind,
  everyNamespace,
  everyWorkspace,
  everyWorkspaceAndRights,
  oneWorkspace,
  workspacesOf,
  type LiveSelection,
} from './live-selections.ts';
import { testUser, type TestUser } from './users.ts';
import { ClusterGenerator } from './random-cluster.ts';
import { RbacGenerator } from './random-rbac.ts';
import { RbacModel } from './rbac-model.ts';
import { VisibilityModel } from './visibility-model.ts';
import { MODES, AccessEnvironment } from './environment.ts';
import { ReadableCanaries } from './readable-canaries.ts';

const PEOPLE = [
  testUser('ann', 'team-1'),
  testUser('bob', 'team-1'),
  testUser('cid', 'team-2'),
  testUser('dot', 'team-2'),
] as const;
const TTL_SECONDS = 1;
/** Much longer than the TTL: on a busy machine, a few access reviews take seconds. */
const TOLERANCE_MS = 30_000;
const ROUNDS = 8;
const MOST_MISTAKES = 3;

/** Runs random changes of permissions and objects while users subscribe. Returns the violations of their permissions. */
export async function subscriptionViolations(seed: number): Promise<readonly string[]> {
  await using scenario = await LiveScenario.begin(seed);
  return await scenario.run();
}

class LiveScenario implements AsyncDisposable {
  readonly #random: SeededRandom;
  readonly #changes: LiveChanges;
  readonly #environment: AccessEnvironment;
  readonly #followers: LiveSubscriber[] = [];
  readonly #words = new Map<TestUser, ReadableCanaries>();
  readonly #mistakes: string[] = [];

  private constructor(environment: AccessEnvironment, random: SeededRandom, changes: LiveChanges) {
    this.#environment = environment;
    this.#random = random;
    this.#changes = changes;
    for (const who of PEOPLE) this.#words.set(who, new ReadableCanaries(who, TOLERANCE_MS));
  }

  static async begin(seed: number): Promise<LiveScenario> {
    const random = seededRandom(seed);
    const maker = new ClusterGenerator({ random, canary: createCanaryFactory() });
    const rbacMaker = new RbacGenerator(random);
    const namespaces = [1, 2, 3].map(() => maker.namespace());
    const kinds = [1, 2, 3].map(() => maker.kind());
    const kindNames = kinds.map(nameOf);
    const workspaces = namespaces.flatMap((each) =>
      [1, 2].map(() => maker.workspace(nameOf(each), random.pick(kindNames))),
    );
    const names = [...namespaces, ...kinds, ...workspaces].map(nameOf);
    const rbac = rbacMaker.stored({ names, namespaces: namespaces.map(nameOf) }, PEOPLE);
    const objects = [...namespaces, ...kinds, ...workspaces, ...rbac];
    const times = { authorizationTtlSeconds: TTL_SECONDS, denialTtlSeconds: TTL_SECONDS };
    const environment = await AccessEnvironment.start({ users: PEOPLE, objects, ...times });
    const changes = new LiveChanges({ environment, random, maker, rbacMaker, rbac, users: PEOPLE });
    return new LiveScenario(environment, random, changes);
  }

  async run(): Promise<readonly string[]> {
    await this.#environment.waitUntilSynced();
    this.#note();
    this.#follow();
    await this.#rest();
    for (let round = 0; round < ROUNDS && this.#mistakes.length === 0; round += 1) {
      for (let changes = 2 + this.#random.below(4); changes > 0; changes -= 1) await this.#act();
      await this.#rest();
    }
    const wrong = [...this.#mistakes, ...this.#followers.flatMap(({ failure }) => failure ?? [])];
    return wrong.length > 0 ? [...wrong, `the steps were\n    ${this.#changes.steps.join('\n    ')}`] : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const follower of this.#followers) await follower[Symbol.asyncDispose]();
    await this.#environment[Symbol.asyncDispose]();
  }

  #follow(): void {
    const { namespaces, workspaces } = this.#environment.stored();
    const ours = namespaces.filter(({ metadata }) => metadata.name.startsWith('ns-'));
    const { namespace = '', name } = this.#random.pick(workspaces).metadata;
    const selections: readonly LiveSelection[] = [
      everyWorkspace,
      everyWorkspaceAndRights,
      everyKind,
      everyNamespace,
      workspacesOf(this.#random.pick(ours).metadata.name),
      oneWorkspace(namespace, name),
    ];
    for (const [index, who] of PEOPLE.entries()) {
      const caller = this.#environment.caller(who, MODES[index < 2 ? 0 : 1] ?? 'token');
      for (const selection of selections) {
        const given = canariesIn(selection.query);
        const onMessage = (follower: LiveSubscriber, text: string) => this.#examine(follower, text, given);
        const follower = new LiveSubscriber({ caller, selection, onMessage });
        this.#followers.push(follower);
        follower.begin('anew');
      }
    }
  }

  #examine(follower: LiveSubscriber, text: string, given: ReadonlySet<string>): void {
    const secrets = this.#words.get(follower.caller.user)?.secretsIn(text, given) ?? [];
    if (secrets.length > 0 && this.#mistakes.length < MOST_MISTAKES)
      this.#mistakes.push(
        `${follower.title}: ${secrets.join()} must not be sent\n      ${text}\n      ${follower.story}`,
      );
  }

  /** Records the objects and permissions that apply from now on. */
  #note(): void {
    const stored = this.#environment.stored();
    const rbac = new RbacModel(this.#changes.rbac);
    for (const words of this.#words.values()) words.note(rbac, stored);
  }

  #model(who: TestUser): VisibilityModel {
    return new VisibilityModel(new RbacModel(this.#changes.rbac), who, this.#environment.stored());
  }

  async #act(): Promise<void> {
    if (this.#random.below(10) === 0) await this.#resubscribe();
    else this.#changes.act();
    this.#note();
    for (let turns = this.#random.below(20); turns > 0; turns -= 1) await turn();
  }

  async #resubscribe(): Promise<void> {
    const follower = this.#random.pick(this.#followers);
    if (follower.isRefused) return;
    this.#changes.steps.push(`${follower.title} subscribes again`);
    await follower.leave();
    if (this.#random.below(2) === 0) this.#changes.unbind();
    follower.begin(this.#random.below(4) === 0 ? 'anew' : 'from its cursor');
  }

  /** Waits until every subscriber has the expected objects. Rejected subscribers that are permitted now subscribe again. */
  async #rest(): Promise<void> {
    this.#changes.steps.push('(rest)');
    const expected = new Map(this.#followers.map((each) => [each, this.#expectedOf(each)]));
    const differs = (each: LiveSubscriber) => each.differenceFrom(expected.get(each));
    const isAtRest = (): boolean => {
      if (this.#mistakes.length > 0 || this.#followers.some(({ failure }) => failure)) return true;
      for (const each of this.#followers) if (each.isRefused && expected.get(each)) each.begin('anew');
      return this.#followers.every((each) => !differs(each));
    };
    await waitFor(isAtRest, 'every subscriber has the expected objects').catch(() => {
      const lines = this.#followers.flatMap((each) => {
        const difference = differs(each);
        return difference ? [`${each.title}: ${difference}\n      ${each.story}`] : [];
      });
      this.#mistakes.push(...lines.slice(0, 4));
    });
  }

  #expectedOf({ caller, selection }: LiveSubscriber) {
    return selection.expected(this.#model(caller.user), this.#environment.stored());
  }
}
