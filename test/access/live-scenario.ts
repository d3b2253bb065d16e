import { setImmediate as turn } from 'node:timers/promises';
import type { Manifest } from '../../src/simulator/api-object.ts';
import { chances as chancesOf, type Chances } from '../cache/seeded-chances.ts';
import { until } from '../gateway/until.ts';
import { canariesIn, createAviary } from './canaries.ts';
import { LiveFollower } from './live-follower.ts';
import {
  everyKind,
  everyNamespace,
  everyWorkspace,
  everyWorkspaceAndRights,
  oneWorkspace,
  workspacesOf,
  type LiveSelection,
} from './live-selections.ts';
import { person, type Person } from './people.ts';
import { WorldMaker } from './random-world.ts';
import { RbacMaker } from './random-rbac.ts';
import { RbacModel } from './rbac-model.ts';
import { SightModel } from './sight-model.ts';
import { MODES, Stage } from './stage.ts';
import { ReadableWords } from './told-words.ts';

const PEOPLE = [
  person('ann', 'team-1'),
  person('bob', 'team-1'),
  person('cid', 'team-2'),
  person('dot', 'team-2'),
] as const;
const TTL_SECONDS = 1;
const TOLERANCE_MS = TTL_SECONDS * 1_000 + 2_000;
const ROUNDS = 8;
const MOST_MISTAKES = 3;
const RBAC = 'rbac.authorization.k8s.io/v1';
const API = 'kubeflow.org/v1beta1';

/** Plays one random history of rights and objects before people who follow them. @returns what was wrong */
export async function liveMistakesOf(seed: number): Promise<readonly string[]> {
  await using scenario = await LiveScenario.begin(seed);
  return await scenario.run();
}

class LiveScenario implements AsyncDisposable {
  readonly #chances: Chances;
  readonly #maker: WorldMaker;
  readonly #rbacMaker: RbacMaker;
  readonly #stage: Stage;
  readonly #followers: LiveFollower[] = [];
  readonly #words = new Map<Person, ReadableWords>();
  readonly #mistakes: string[] = [];
  readonly #steps: string[] = [];
  #rbac: readonly Manifest[];

  private constructor(
    stage: Stage,
    made: Pick<LiveScenarioParts, 'chances' | 'maker' | 'rbacMaker'> & { readonly rbac: readonly Manifest[] },
  ) {
    this.#stage = stage;
    this.#chances = made.chances;
    this.#maker = made.maker;
    this.#rbacMaker = made.rbacMaker;
    this.#rbac = made.rbac;
    for (const who of PEOPLE) this.#words.set(who, new ReadableWords(who, TOLERANCE_MS));
  }

  static async begin(seed: number): Promise<LiveScenario> {
    const chances = chancesOf(seed);
    const maker = new WorldMaker({ chances, canary: createAviary() });
    const rbacMaker = new RbacMaker(chances);
    const namespaces = [1, 2, 3].map(() => maker.namespace());
    const kinds = [1, 2, 3].map(() => maker.kind());
    const kindNames = kinds.map(nameOf);
    const workspaces = namespaces.flatMap((each) =>
      [1, 2].map(() => maker.workspace(nameOf(each), chances.of(kindNames))),
    );
    const names = [...namespaces, ...kinds, ...workspaces].map(nameOf);
    const rbac = rbacMaker.world({ names, namespaces: namespaces.map(nameOf) }, PEOPLE);
    const objects = [...namespaces, ...kinds, ...workspaces, ...rbac];
    const times = { authorizationTtlSeconds: TTL_SECONDS, denialTtlSeconds: TTL_SECONDS };
    const stage = await Stage.set({ people: PEOPLE, objects, ...times });
    return new LiveScenario(stage, { chances, maker, rbacMaker, rbac });
  }

  async run(): Promise<readonly string[]> {
    await this.#stage.caughtUp();
    this.#note();
    this.#follow();
    await this.#rest();
    for (let round = 0; round < ROUNDS && this.#mistakes.length === 0; round += 1) {
      for (let changes = 2 + this.#chances.below(4); changes > 0; changes -= 1) await this.#act();
      await this.#rest();
    }
    const wrong = [...this.#mistakes, ...this.#followers.flatMap(({ failure }) => failure ?? [])];
    return wrong.length > 0 ? [...wrong, `the steps were\n    ${this.#steps.join('\n    ')}`] : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const follower of this.#followers) await follower[Symbol.asyncDispose]();
    await this.#stage[Symbol.asyncDispose]();
  }

  #follow(): void {
    const { namespaces, workspaces } = this.#stage.world();
    const ours = namespaces.filter(({ metadata }) => metadata.name.startsWith('ns-'));
    const { namespace = '', name } = this.#chances.of(workspaces).metadata;
    const selections: readonly LiveSelection[] = [
      everyWorkspace,
      everyWorkspaceAndRights,
      everyKind,
      everyNamespace,
      workspacesOf(this.#chances.of(ours).metadata.name),
      oneWorkspace(namespace, name),
    ];
    for (const [index, who] of PEOPLE.entries()) {
      const caller = this.#stage.caller(who, MODES[index < 2 ? 0 : 1] ?? 'token');
      for (const selection of selections) {
        const given = canariesIn(selection.query);
        const onTold = (follower: LiveFollower, text: string) => this.#examine(follower, text, given);
        const follower = new LiveFollower({ caller, selection, onTold });
        this.#followers.push(follower);
        follower.begin('anew');
      }
    }
  }

  #examine(follower: LiveFollower, text: string, given: ReadonlySet<string>): void {
    const secrets = this.#words.get(follower.caller.person)?.secretsIn(text, given) ?? [];
    if (secrets.length > 0 && this.#mistakes.length < MOST_MISTAKES)
      this.#mistakes.push(
        `${follower.title}: ${secrets.join()} may not be told\n      ${text}\n      ${follower.story}`,
      );
  }

  /** What everybody may read from now on. */
  #note(): void {
    const world = this.#stage.world();
    const rbac = new RbacModel(this.#rbac);
    for (const words of this.#words.values()) words.note(rbac, world);
  }

  #model(who: Person): SightModel {
    return new SightModel(new RbacModel(this.#rbac), who, this.#stage.world());
  }

  async #act(): Promise<void> {
    const dice = this.#chances.below(100);
    if (dice < 25) this.#bind();
    else if (dice < 45) this.#unbind();
    else if (dice < 55) this.#editRole();
    else if (dice < 62) this.#put(this.#maker.namespace());
    else if (dice < 68) this.#deleteNamespace();
    else if (dice < 90) this.#changeObject();
    else await this.#comeAndGo();
    this.#note();
    for (let turns = this.#chances.below(20); turns > 0; turns -= 1) await turn();
  }

  #bind(): void {
    const where = this.#chances.below(4) === 0 ? undefined : this.#chances.of(this.#namespaces());
    const roles = this.#rbac.filter(({ kind }) => kind === 'ClusterRole').map(nameOf);
    const binding = this.#rbacMaker.binding(where, roles, PEOPLE);
    this.#rbac = [...this.#rbac, binding];
    this.#put(binding);
  }

  #unbind(): void {
    const bindings = this.#rbac.filter(({ kind }) => kind.endsWith('Binding'));
    if (bindings.length === 0) return;
    const binding = this.#chances.of(bindings);
    this.#rbac = this.#rbac.filter((each) => each !== binding);
    this.#delete(binding);
  }

  #editRole(): void {
    const roles = this.#rbac.filter(({ kind, ['aggregationRule']: rule }) => kind === 'ClusterRole' && !rule);
    const role = this.#chances.of(roles);
    const { namespaces, kinds, workspaces } = this.#stage.world();
    const names = [...namespaces, ...kinds, ...workspaces].map(({ metadata }) => metadata.name);
    const edited = this.#rbacMaker.clusterRole(nameOf(role), names);
    this.#rbac = this.#rbac.map((each) => (each === role ? edited : each));
    this.#put(edited);
  }

  #deleteNamespace(): void {
    const names = this.#namespaces();
    if (names.length < 2) return;
    const name = this.#chances.of(names);
    for (const { metadata } of this.#stage.world().workspaces)
      if (metadata.namespace === name)
        this.#delete({ apiVersion: API, kind: 'Workspace', metadata: { name: metadata.name, namespace: name } });
    this.#rbac = this.#rbac.filter(({ metadata }) => metadata.namespace !== name);
    for (const kind of ['Role', 'RoleBinding'])
      for (const { metadata } of this.#stage.cluster.list(RBAC, kind, name))
        this.#stage.cluster.delete(RBAC, kind, metadata.name, name);
    this.#delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  #changeObject(): void {
    const { kinds, workspaces } = this.#stage.world();
    const kindNames = kinds.map(({ metadata }) => metadata.name);
    const someKind = this.#chances.of([...kindNames, 'no-such-kind']);
    const dice = this.#chances.below(6);
    const workspace = this.#chances.of(workspaces.length > 0 ? workspaces : [undefined]);
    const namespace = this.#chances.of(this.#namespaces());
    if (dice < 2) this.#put(this.#maker.workspace(namespace, someKind));
    else if (dice < 4 && workspace) {
      const { namespace: at = '', name } = workspace.metadata;
      this.#put(this.#maker.workspace(at, someKind, name));
    } else if (dice === 4 && workspace) this.#delete(workspace);
    else if (kindNames.length > 0) this.#put(this.#maker.kind(this.#chances.of(kindNames)));
  }

  async #comeAndGo(): Promise<void> {
    const follower = this.#chances.of(this.#followers);
    if (follower.isRefused) return;
    this.#steps.push(`${follower.title} comes back`);
    await follower.leave();
    if (this.#chances.below(2) === 0) this.#unbind();
    follower.begin(this.#chances.below(4) === 0 ? 'anew' : 'from its cursor');
  }

  #namespaces(): readonly string[] {
    const names = this.#stage.world().namespaces.map(({ metadata }) => metadata.name);
    return names.filter((name) => name.startsWith('ns-'));
  }

  #put(manifest: Manifest): void {
    this.#steps.push(`put ${titleOf(manifest)}`);
    this.#stage.cluster.apply(manifest);
  }

  #delete(manifest: Manifest): void {
    const { apiVersion, kind, metadata } = manifest;
    this.#steps.push(`delete ${titleOf(manifest)}`);
    this.#stage.cluster.delete(apiVersion, kind, metadata.name ?? '', metadata.namespace);
  }

  /** Everybody comes to hold what they may see. Who was refused, and no more is, comes again. */
  async #rest(): Promise<void> {
    this.#steps.push('(rest)');
    const expected = new Map(this.#followers.map((each) => [each, this.#expectedOf(each)]));
    const differs = (each: LiveFollower) => each.differenceFrom(expected.get(each));
    const isAtRest = (): boolean => {
      if (this.#mistakes.length > 0 || this.#followers.some(({ failure }) => failure)) return true;
      for (const each of this.#followers) if (each.isRefused && expected.get(each)) each.begin('anew');
      return this.#followers.every((each) => !differs(each));
    };
    await until(isAtRest, 'everybody holds what they may see').catch(() => {
      const lines = this.#followers.flatMap((each) => {
        const difference = differs(each);
        return difference ? [`${each.title}: ${difference}\n      ${each.story}`] : [];
      });
      this.#mistakes.push(...lines.slice(0, 4));
    });
  }

  #expectedOf({ caller, selection }: LiveFollower) {
    return selection.expected(this.#model(caller.person), this.#stage.world());
  }
}

interface LiveScenarioParts {
  readonly chances: Chances;
  readonly maker: WorldMaker;
  readonly rbacMaker: RbacMaker;
}

function nameOf({ metadata }: Manifest): string {
  return metadata.name ?? '';
}

function titleOf({ kind, metadata, ...rest }: Manifest): string {
  const details = rest['subjects'] ? ` ${JSON.stringify([rest['roleRef'], rest['subjects']])}` : '';
  const rules = rest['rules'] ? ` ${JSON.stringify(rest['rules'])}` : '';
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}${details}${rules}`;
}
