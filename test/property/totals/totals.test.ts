import { expect, it } from 'vitest';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { grant, grantIn, grantName, kinds, namespaces, viewing, type Rule } from '../../support/access/grants.ts';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { podOf } from '../../support/pods.ts';
import { seededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { seedsOf } from '../../support/seeds.ts';
import { startTestGateway, type SimulatedGateway } from '../../support/test-gateway.ts';
import { connectUser, type UserClient } from '../../support/user-client.ts';

/** `npm run test:long` tries more. */
const seeds = seedsOf(process.env['TOTALS_SEEDS'] ?? '2');
const STEPS = 40;
const PATIENCE_MS = 180_000;
const RBAC = 'rbac.authorization.k8s.io/v1';
const NAMESPACES = ['team-a', 'team-b', 'team-c'];
const NAMES = ['nb-1', 'nb-2', 'nb-3'];
const KINDS = ['lab', 'code'];
const STATES = ['Running', 'Paused', 'Pending', 'Error'];

const GROUPINGS = [[], ['NAMESPACE'], ['KIND', 'STATE'], ['NODE'], ['CREATED_BY', 'POD_CONFIG'], ['LABEL']] as const;

const READ = `query ($groupBy: [WorkspaceGroupKey!], $labels: [String!], $filter: WorkspaceFilter) {
  totals: workspaceTotals(groupBy: $groupBy, groupByLabels: $labels) { ...Totals }
  filtered: workspaceTotals(groupBy: $groupBy, groupByLabels: $labels, filter: $filter) { ...Totals }
  workspaces {
    nodes {
      namespaceName kindName state audit { createdBy } podConfig { optionId } metadata { labels { key value } }
      activity { lastActivityAt } pod { name nodeName } resources { source requests { resource value } } name
    }
  }
  sorted: workspaces(orderBy: [{ field: GPU, direction: DESC }, { field: CPU }]) { nodes { namespaceName name } }
  requesting: workspaces(filter: { requests: ["nvidia.com/gpu"] }) { nodes { namespaceName name } }
}
fragment Totals on WorkspaceTotals {
  group { value } count stateCounts { state count } requests { resource value }
  idle(inactiveForSeconds: 60) { count requests { resource value } }
}`;

const FOLLOW = `subscription ($groupBy: [WorkspaceGroupKey!]) {
  workspaceTotals(groupBy: $groupBy) { group { value } count stateCounts { state count } requests { resource value } }
}`;

interface Row {
  readonly name: string;
  readonly namespaceName: string;
  readonly kindName: string;
  readonly state: string;
  readonly audit: { readonly createdBy: string | null };
  readonly podConfig: { readonly optionId: string };
  readonly metadata: { readonly labels: readonly { readonly key: string; readonly value: string }[] };
  readonly activity: { readonly lastActivityAt: string | null };
  readonly pod: { readonly nodeName: string | null } | null;
  readonly resources: {
    readonly source: string;
    readonly requests: readonly { readonly resource: string; readonly value: number }[];
  };
}

const valuesOf: Readonly<Record<string, (row: Row) => string>> = {
  NAMESPACE: (row) => row.namespaceName,
  KIND: (row) => row.kindName,
  STATE: (row) => row.state,
  NODE: (row) => row.pod?.nodeName ?? '',
  CREATED_BY: (row) => row.audit.createdBy ?? '',
  POD_CONFIG: (row) => row.podConfig.optionId,
  LABEL: (row) => row.metadata.labels.find(({ key }) => key === 'team')?.value ?? '',
};

function sumOf(rows: readonly Row[]): object[] {
  const sums = new Map<string, number>();
  for (const { pod, resources } of rows)
    for (const { resource, value } of pod ? resources.requests : [])
      sums.set(resource, (sums.get(resource) ?? 0) + value);
  return [...sums].map(([resource, value]) => ({ resource, value })).sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

function isIdle({ state, activity: { lastActivityAt } }: Row): boolean {
  return state === 'RUNNING' && lastActivityAt !== null && Date.parse(lastActivityAt) < Date.now() - 60_000;
}

/** Counts again from the list. */
function recount(rows: readonly Row[], groupBy: readonly string[]): object[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(groupBy.map((key) => valuesOf[key]?.(row))));
  if (groupBy.length === 0 && rows.length === 0) groups.set('[]', []);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, members]) => {
      const states = [...Map.groupBy(members, ({ state }) => state)].sort(([a], [b]) => (a < b ? -1 : 1));
      const idle = members.filter(isIdle);
      return {
        group: (JSON.parse(group) as string[]).map((value) => ({ value })),
        count: members.length,
        stateCounts: states.map(([state, of]) => ({ state, count: of.length })),
        requests: sumOf(members),
        idle: { count: idle.length, requests: sumOf(idle) },
      };
    });
}

function amountOf({ resources: { source, requests } }: Row, of: string): number | null {
  return source === 'NONE' ? null : (requests.find(({ resource }) => resource === of)?.value ?? 0);
}

/** Null sorts last. */
function compare(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

function byGpuAndCpu(a: Row, b: Row): number {
  const [gpusOfA, gpusOfB] = [amountOf(a, 'nvidia.com/gpu'), amountOf(b, 'nvidia.com/gpu')];
  return (
    (gpusOfA === null || gpusOfB === null ? compare(gpusOfA, gpusOfB) : compare(gpusOfB, gpusOfA)) ||
    compare(amountOf(a, 'cpu'), amountOf(b, 'cpu')) ||
    compare(a.namespaceName, b.namespaceName) ||
    compare(a.name, b.name)
  );
}

function namesOf(rows: readonly Pick<Row, 'namespaceName' | 'name'>[]): object[] {
  return rows.map(({ namespaceName, name }) => ({ namespaceName, name }));
}

const readPods: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] };

function kindOf(name: string, random: SeededRandom): Manifest {
  const podConfigs = ['small', 'big'].map((id) => ({
    id,
    spawner: { displayName: id },
    spec: { resources: { requests: { cpu: `${random.below(4) * 500}m`, 'nvidia.com/gpu': random.below(3) } } },
  }));
  const options = {
    imageConfig: { spawner: { default: 'i' }, values: [] },
    podConfig: { spawner: { default: 'small' }, values: podConfigs },
  };
  return workspaceKind(name, { podTemplate: { volumeMounts: { home: '/home' }, options } });
}

function randomWorkspace(random: SeededRandom): Manifest {
  const manifest = workspace(random.pick(NAMES), {
    namespace: random.pick(NAMESPACES),
    kind: random.pick(KINDS),
    podConfig: random.pick(['small', 'big', 'gone']),
    state: random.pick(STATES),
    labels: random.pick([{}, { team: 'ml' }, { team: 'web' }]),
    status: {
      activity: { lastActivity: random.pick([0, Date.now() - 1_000_000]), lastUpdate: 0 },
      podTemplatePod: random.pick([
        { name: '', nodeName: '' },
        { name: 'reported', nodeName: 'node-9' },
      ]),
    },
  });
  const annotations = random.pick([{}, { 'notebooks.kubeflow.org/created-by': 'ada' }]);
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

function randomPod(random: SeededRandom): Manifest {
  const gpus: Record<string, string> = random.pick([{}, { 'nvidia.com/gpu': '2' }]);
  const requests = { cpu: `${random.below(5) * 250}m`, memory: `${1 + random.below(3)}Gi`, ...gpus };
  return podOf(random.pick(NAMES), {
    // A pod of this name belongs to another workspace from time to time.
    ...random.pick([{}, { name: 'moving' }]),
    namespace: random.pick(NAMESPACES),
    spec: {
      nodeName: random.pick(['node-1', 'node-2']),
      containers: [{ name: 'main', image: 'i', resources: { requests } }],
    },
  });
}

/** Changes the cluster at random, the permissions of the user `vic` included. */
class RandomChanges {
  readonly #gateway: SimulatedGateway;
  readonly #random: SeededRandom;
  #snapshot: ReturnType<SimulatedGateway['cluster']['faults']['snapshot']> | undefined;

  constructor(gateway: SimulatedGateway, random: SeededRandom) {
    this.#gateway = gateway;
    this.#random = random;
  }

  async step(): Promise<void> {
    const { cluster } = this.#gateway;
    const chance = this.#random.below(100);
    if (chance < 40) cluster.apply(randomWorkspace(this.#random));
    else if (chance < 50) this.#deleteOne('kubeflow.org/v1beta1', 'Workspace');
    else if (chance < 65) cluster.apply(randomPod(this.#random));
    else if (chance < 75) this.#deleteOne('v1', 'Pod');
    else if (chance < 79) cluster.apply(kindOf(this.#random.pick(KINDS), this.#random));
    else if (chance < 80) this.#deleteOne('kubeflow.org/v1beta1', 'WorkspaceKind');
    else if (chance < 95) this.#changePermissions();
    else if (this.#snapshot) await cluster.faults.restart({ data: this.#snapshot });
    else this.#snapshot = cluster.faults.snapshot();
  }

  #deleteOne(apiVersion: string, kind: string): void {
    const [object] = this.#gateway.cluster.list(apiVersion, kind);
    if (object) this.#gateway.cluster.delete(apiVersion, kind, object.metadata.name, object.metadata.namespace);
  }

  #changePermissions(): void {
    const { cluster } = this.#gateway;
    const at = this.#random.pick(NAMESPACES);
    if (cluster.get(RBAC, 'RoleBinding', grantName('vic'), at))
      cluster.delete(RBAC, 'RoleBinding', grantName('vic'), at);
    else
      for (const object of grantIn(at, 'vic', viewing, ...this.#random.pick([[], [readPods]]))) cluster.apply(object);
  }
}

async function differenceFor(user: UserClient, groupBy: readonly string[]): Promise<string> {
  const labels = groupBy.includes('LABEL') ? ['team'] : [];
  const { data, errors } = await user.ask(READ, { groupBy, labels, filter: { states: ['RUNNING'] } });
  const { totals, filtered, workspaces: list, sorted, requesting } = Object(data);
  const expected = recount(list.nodes, groupBy);
  const running = recount(
    list.nodes.filter(({ state }: Row) => state === 'RUNNING'),
    groupBy,
  );
  const order = namesOf(list.nodes.toSorted(byGpuAndCpu));
  const withGpus = namesOf(list.nodes.filter((row: Row) => (amountOf(row, 'nvidia.com/gpu') ?? 0) >= 1));
  const actual = [totals, filtered, namesOf(sorted.nodes), namesOf(requesting.nodes)];
  const isEqual = JSON.stringify(actual) === JSON.stringify([expected, running, order, withGpus]);
  return isEqual ? '' : JSON.stringify({ actual, expected, running, order, withGpus, errors }, null, 1);
}

it.each(seeds)(
  'returns totals that equal a recount after every change of objects and permissions, with seed %i',
  async (seed) => {
    const random = seededRandom(seed);
    const users = ['root', 'vic'].map((name) => ({ name, token: `${name}-token` }));
    const kindObjects = KINDS.map((name) => kindOf(name, random));
    const granted = grant('root', viewing, namespaces(), readPods, kinds());
    await using gateway = await startTestGateway({
      authentication: { mode: 'token' },
      users,
      objects: [
        ...NAMESPACES.map((name) => namespace(name)),
        ...kindObjects,
        ...granted,
        ...grantIn('team-a', 'vic', viewing),
      ],
    });
    const clients = users.map(({ token }) => connectUser(gateway.url, { token }));
    const [root, vic] = clients;
    if (!root || !vic) throw new Error('Expected two users.');
    let latest = '';
    const followed = (async () => {
      for await (const { data } of root.subscribe(FOLLOW, { groupBy: ['NAMESPACE'] })) latest = JSON.stringify(data);
    })();
    const changes = new RandomChanges(gateway, random);
    for (let step = 0; step < STEPS; step += 1) {
      await changes.step();
      const grouping = random.pick(GROUPINGS);
      for (const [name, user] of [
        ['root', root],
        ['vic', vic],
      ] as const)
        await expect
          .poll(() => differenceFor(user, grouping), {
            message: `for ${name} by ${grouping.join()} after step ${step} of seed ${seed}`,
          })
          .toBe('');
    }
    const asked = async () => {
      const { data } = await root.ask(FOLLOW.replace('subscription', 'query'), { groupBy: ['NAMESPACE'] });
      return JSON.stringify(data);
    };
    // Changes may still arrive, and the subscription need not send states that last less than a second.
    await expect
      .poll(async () => latest === (await asked()), { message: `the last result of seed ${seed}` })
      .toBe(true);
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    await followed;
  },
  PATIENCE_MS,
);
