import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { workspaceCrd } from '../../../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../../../dev/simulator/simulator.ts';
import { bound } from '../../access/rbac-objects.ts';
import { testUser, type TestUser } from '../../access/users.ts';
import { devPodCrd, volcanoJobCrd } from '../../devpod-and-volcano.ts';
import { seededRandom, type SeededRandom } from '../../seeded-random.ts';
import { startGatewayFor, type Answer, type TestGateway } from '../../test-gateway.ts';
import { connectUser } from '../../user-client.ts';
import { waitFor } from '../../wait-for.ts';
import { ClientResultSet } from '../client-result-set.ts';
import { FaultInjector } from '../fault-injector.ts';
import { GatewayFleet } from '../gateway-fleet.ts';
import { isList, queryFor, type Fields } from '../selections.ts';
import { SubscriptionClient } from '../subscription-client.ts';
import { Permissions, readerRoles } from './permissions.ts';
import { kindSubscriptions, type KindSubscription } from './selections.ts';
import { KindWriter, NAMESPACES } from './writer.ts';

/** Scenarios of this number of consecutive seeds have all subscriptions. */
export const PARTS = 4;
const ROUNDS = 3;
const STEPS = 40;
const QUIET_TIMEOUT_MS = 60_000;
const MAX_RESUMED = 4;
/** Permissions of this user change. */
const ann = testUser('ann');
/** An administrator. */
const root = testUser('root');
const settings = {
  authentication: { mode: 'token' },
  authorizationTtlSeconds: 1,
  denialTtlSeconds: 1,
  slowReaderTimeoutSeconds: 30,
  maxPendingBytes: 1,
} as const;

type Client = SubscriptionClient<KindSubscription>;

interface ClientOfUser {
  readonly user: TestUser;
  readonly client: Client;
}

/**
 * Runs random changes of objects of every kind and of permissions, faults, reconnects and lists at two gateways. At each quiet point, every
 * client must have what a gateway that has just started lists for its user.
 * @returns violations of the contract, followed by the steps
 */
export async function everyKindViolations(seed: number): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack();
  const random = seededRandom(seed);
  const bookmarkIntervalMs = random.pick([20, 50]);
  const objects = [
    workspaceCrd,
    workspaceKindCrd,
    devPodCrd,
    volcanoJobCrd,
    ...readerRoles,
    bound(root, 'cluster-admin'),
  ];
  const simulator = stack.use(await startSimulator({ bookmarkIntervalMs, objects, users: [ann, root] }));
  const fleet = stack.use(
    await GatewayFleet.start(() => simulator.kubeconfig, {
      ...settings,
      size: 2,
      random: seededRandom(random.below(2 ** 30)),
      historyEvents: random.pick([5, 10_000]),
    }),
  );
  const subscriptions = kindSubscriptions.filter((_, index) => index % PARTS === seed % PARTS);
  const scenario = stack.use(new EveryKindScenario({ simulator, fleet, random, subscriptions }));
  return await scenario.run().catch((error: Error) => [String(error.stack), scenario.steps]);
}

interface EveryKindOptions {
  readonly simulator: Simulator;
  readonly fleet: GatewayFleet;
  readonly random: SeededRandom;
  readonly subscriptions: readonly KindSubscription[];
}

class EveryKindScenario implements Disposable {
  readonly #options: EveryKindOptions;
  readonly #permissions: Permissions;
  readonly #writer: KindWriter;
  readonly #injector: FaultInjector;
  readonly #clients: readonly ClientOfUser[];
  readonly #mutations = new Set<Promise<unknown>>();
  readonly #steps: string[] = [];

  constructor(options: EveryKindOptions) {
    const { simulator, random } = options;
    const note = (what: string) => void this.#steps.push(what);
    this.#options = options;
    this.#writer = new KindWriter({ simulator, random, note });
    this.#writer.writeInitialObjects();
    this.#permissions = new Permissions({ simulator, random, user: ann, note });
    this.#injector = new FaultInjector({ simulator, random, needsApiServer: true, note });
    this.#clients = options.subscriptions.flatMap((selection) =>
      [ann, root].map((user) => ({ user, client: this.#clientOf(user, selection) })),
    );
  }

  /** The steps so far, as text. */
  get steps(): string {
    return `The steps were:\n    ${this.#steps.map((step, index) => `${index + 1} ${step}`).join('\n    ')}`;
  }

  async run(): Promise<readonly string[]> {
    const { random } = this.#options;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let step = 0; step < STEPS && this.#violations().length === 0; step += 1) {
        await this.#act();
        await this.#injector.tick();
        for (let turns = random.below(6); turns > 0; turns -= 1) await turn();
        if (random.below(10) === 0) await delay(random.below(20));
      }
      const violations = await this.#violationsWhenQuiet();
      if (violations.length > 0) return [...violations, this.steps];
      this.#permissions.startPeriod();
    }
    return [];
  }

  [Symbol.dispose](): void {
    for (const { client } of this.#clients) client[Symbol.dispose]();
  }

  async #act(): Promise<void> {
    const { random } = this.#options;
    const dice = random.below(100);
    const { client } = random.pick(this.#clients);
    if (dice < 55) this.#writer.write();
    else if (dice < 63) this.#permissions.change();
    else if (dice < 70) this.#injector.inject();
    else if (dice < 75) this.#mutate();
    else if (dice < 80) client.pause();
    else if (dice < 85) client.resume();
    else if (dice < 92) client.disconnect();
    else await this.#load(random.pick(this.#clients));
  }

  #clientOf(user: TestUser, selection: KindSubscription, received?: ClientResultSet): Client {
    const { random, fleet } = this.#options;
    return new SubscriptionClient({
      selection,
      transport: random.pick(['WebSocket', 'Server-Sent Events'] as const),
      gatewayUrl: () => fleet.anyGateway.url,
      headers: { authorization: `Bearer ${user.token}` },
      currentStep: () => this.#steps.length,
      mayBeRefused: user === ann,
      ...(user === ann && { problemOf: (object: Fields) => this.#permissions.problemOf(selection, object) }),
      ...(received && { received }),
    });
  }

  /** Loads a list at one gateway, and goes on from there at any. */
  async #load({ user, client }: ClientOfUser): Promise<void> {
    const { selection } = client;
    if (!isList(selection)) return client.disconnect();
    const { data } = await ask(this.#options.fleet.anyGateway, user, queryFor(selection));
    const list = data?.[selection.field] as
      | { readonly nodes: readonly Fields[]; readonly liveCursor: string }
      | undefined;
    this.#steps.push(`${client.title} loads ${list ? `${list.nodes.length} objects` : 'nothing'}`);
    if (list) client.continueFrom(ClientResultSet.ofList(selection, list.nodes, list.liveCursor));
  }

  /** Changes an object through a gateway, which then has the result before its watch. The mutation may fail. */
  #mutate(): void {
    const { random, fleet } = this.#options;
    const workspace = `namespace: "${random.pick(NAMESPACES)}", name: "nb-${1 + random.below(4)}"`;
    const spawner = `{ spec: { spawner: { displayName: "${random.pick(['Kind of blue', 'Kind of red'])}" } } }`;
    const kind = `name: "${random.pick(['lab', 'code'])}", type: MERGE, patch: ${spawner}`;
    const mutation = random.pick([
      `pauseWorkspace(input: { ${workspace} }) { warnings }`,
      `startWorkspace(input: { ${workspace} }) { warnings }`,
      `patchWorkspaceKind(input: { ${kind} }) { warnings }`,
    ]);
    this.#steps.push(mutation);
    const running: Promise<unknown> = ask(fleet.anyGateway, root, `mutation { ${mutation} }`).catch(() => undefined);
    this.#mutations.add(running);
    void running.finally(() => this.#mutations.delete(running));
  }

  #violations(clients = this.#clients): readonly string[] {
    return clients.flatMap(({ client }) => client.violation ?? []);
  }

  /** Ends all faults and waits until every client, and some that resume at earlier cursors, have what a new gateway lists. */
  async #violationsWhenQuiet(): Promise<readonly string[]> {
    await this.#injector.clear();
    await Promise.all(this.#mutations);
    this.#steps.push('(quiet)');
    await using gateway = await startGatewayFor(this.#options.simulator.kubeconfig, settings);
    using resuming = new DisposableStack();
    const resumed = this.#clients.flatMap(({ user, client: { selection, pastResultSets } }) =>
      pastResultSets
        .filter(() => this.#options.random.below(10) === 0)
        .slice(-MAX_RESUMED)
        .map((past) => ({ user, client: resuming.use(this.#clientOf(user, selection, past.fork())) })),
    );
    const clients = [...this.#clients, ...resumed];
    for (const { client } of clients) client.resume();
    const expected = await Promise.all(clients.map(({ user, client }) => listed(gateway, user, client.selection)));
    const unsettled = () => clients.flatMap((each, index) => differenceOf(each, expected[index]));
    const isSettled = () => unsettled().length === 0 || this.#violations(clients).length > 0;
    await waitFor(isSettled, 'all clients have what is listed', QUIET_TIMEOUT_MS).catch(() => undefined);
    return [...this.#violations(clients), ...unsettled()];
  }
}

/** Returns the objects that a gateway lists, once it has listed the related kinds. Undefined if the user may not. */
async function listed(
  gateway: TestGateway,
  user: TestUser,
  selection: KindSubscription,
): Promise<readonly Fields[] | undefined> {
  let answer: Answer = {};
  const hasCode = (expected: string) => answer.errors?.some(({ extensions }) => extensions['code'] === expected);
  await waitFor(async () => {
    answer = await ask(gateway, user, queryFor(selection));
    return !hasCode('UNAVAILABLE');
  }, 'the kinds are listed');
  const { data, errors } = answer;
  if (hasCode('FORBIDDEN')) return undefined;
  if (errors) throw new Error(`${selection.title}: ${JSON.stringify(errors)}`);
  const found = data?.[selection.field] as { readonly nodes?: readonly Fields[] } | null | undefined;
  if (!found) return [];
  return isList(selection) ? (found.nodes ?? []) : [found];
}

/** Returns how a client differs from what is listed. Empty if it does not. */
function differenceOf({ user, client }: ClientOfUser, objects: readonly Fields[] | undefined): string[] {
  if (!objects && client.isRefused) return [];
  const difference = objects ? client.differenceFrom(objects) : 'is not refused';
  return difference === undefined ? [] : [`${client.title} of ${user.name} ${difference}\n    ${client.transcript}`];
}

async function ask(gateway: TestGateway, user: TestUser, query: string): Promise<Answer> {
  await using caller = connectUser(gateway.url, { token: user.token });
  return await caller.ask(query);
}
