import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startAccessIndex } from '../../src/access-index.ts';
import { subjectAccessReview } from '../../src/auth/access-reviews.ts';
import { isCandidate } from '../../src/auth/rbac/candidates.ts';
import type { RbacIndex } from '../../src/auth/rbac/rbac-index.ts';
import { subjectKeysOf } from '../../src/auth/rbac/subjects.ts';
import type { ResourceAttributes } from '../../src/auth/resource-attributes.ts';
import { readConfig } from '../../src/config.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { grant, grantIn, grantName } from '../support/access/grants.ts';
import { LiveNames, shownNames } from '../support/access/live-names.ts';
import { AGGREGATE } from '../support/access/random-rbac.ts';
import { NAMESPACES, RbacChanges, USERS, type RbacChange, type RbacUser } from '../support/access/rbac-changes.ts';
import { RBAC } from '../support/access/rbac-objects.ts';
import { Caller } from '../support/access/users.ts';
import { headerAuthentication } from '../support/authentication.ts';
import { workspace } from '../support/manifests.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { seedsOf } from '../support/seeds.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { collectionOf } from './api-client.ts';
import { describeOnClusters, type Cluster } from './clusters.ts';

const seeds = seedsOf(process.env['RBAC_SEEDS'] ?? '2');
const ROUNDS = 6;
const TIMEOUT_MS = 300_000;
const header = { ...headerAuthentication, allowSystemIdentities: true };

describeOnClusters('random RBAC', (cluster) => {
  beforeAll(async () => {
    const { api } = cluster();
    for (const definition of [workspaceCrd, workspaceKindCrd]) await api.define(definition);
    for (const name of NAMESPACES) {
      await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      await api.create(
        `/apis/kubeflow.org/v1beta1/namespaces/${name}/workspaces`,
        workspace(`of-${name}`, { namespace: name }),
      );
    }
  });

  describe('with an index of the roles and bindings', () => {
    it.each(seeds)(
      'finds every permission among the candidates, and shows what reviews of everything show, with seed %i',
      { timeout: TIMEOUT_MS },
      async (seed) => {
        expect(await mistakesOf(cluster(), seed)).toEqual([]);
      },
    );
  });
});

/** Changes RBAC at random. Returns permissions that the index lacks. Throws if a viewer does not see what reviews show. */
async function mistakesOf(cluster: Cluster, seed: number): Promise<readonly string[]> {
  const config = {
    ...readConfig({ KUBECONFIG: '/dev/null' }),
    connection: { type: 'text', text: cluster.kubeconfig },
  } as const;
  const client = new Client(await createApiConnection(config.connection));
  const reviews = reviewsBy(client);
  await using running = startAccessIndex(config, client, pino({ level: 'silent' }));
  if (!running) throw new TypeError('Expected an index with the default configuration.');
  await using gateway = await startGatewayFor(cluster.kubeconfig, { authentication: header });
  await using callers = new AsyncDisposableStack();
  const viewers = USERS.map(({ name, groups }) => {
    const who = { name, groups, token: '' };
    const caller = callers.use(new Caller(who, { mode: 'header', url: () => gateway.url }));
    return { user: { name, groups }, caller, live: callers.use(new LiveNames(caller)) };
  });
  const changes = new RbacChanges(seededRandom(seed));
  const storage = new StoredRbac(cluster, reviews);
  for (const object of changes.initial()) await storage.change({ deleted: false, object });
  const { index } = running.accesses;
  for (let round = 0; round < ROUNDS; round += 1) {
    const change = changes.next();
    await storage.change(change);
    await storage.aggregate(changes.stored);
    await storage.isInForce(index);
    const about = `after ${JSON.stringify(change)}; again: RBAC_SEEDS=${seed}-${seed}`;
    const missing = await missingCandidates(reviews, changes, index);
    if (missing.length > 0) return [about, ...missing];
    for (const { user, caller, live } of viewers) {
      const [atRest, watched] = [
        await namesFor(reviews, user, ['list']),
        await namesFor(reviews, user, ['list', 'watch']),
      ];
      await waitFor(
        async () => isDeepStrictEqual(await shownNames(caller), atRest),
        `${user.name} sees ${atRest.join(', ')} ${about}`,
      );
      await waitFor(
        () => isDeepStrictEqual(live.names, watched),
        `${user.name} watches ${watched.join(', ')} ${about}`,
      );
    }
  }
  for (const object of changes.stored) await storage.change({ deleted: true, object });
  return [];
}

/** Returns the requests that the API server allows although they are no candidates of the index. */
async function missingCandidates(isAllowed: IsAllowed, { requests }: RbacChanges, index: RbacIndex) {
  const missing: string[] = [];
  for (const user of USERS) {
    await Promise.all(
      requests.map(async (request) => {
        const candidates = index.candidates(subjectKeysOf(user), request) ?? 'all';
        if (isCandidate(candidates, request) || !(await isAllowed(user, request))) return;
        missing.push(`${user.name} ${JSON.stringify(request)}`);
      }),
    );
  }
  return missing;
}

async function namesFor(isAllowed: IsAllowed, user: RbacUser, verbs: readonly string[]): Promise<readonly string[]> {
  const can = async (namespace: string | null) => {
    const all = verbs.map((verb) =>
      isAllowed(user, { verb, group: 'kubeflow.org', resource: 'workspaces', namespace, name: null }),
    );
    return (await Promise.all(all)).every(Boolean);
  };
  const everywhere = await can(null);
  const decisions = await Promise.all(NAMESPACES.map(can));
  return NAMESPACES.filter((_, index) => everywhere || decisions[index]).map((name) => `of-${name}`);
}

/** Returns the decision of the API server about a request of a user. */
type IsAllowed = (user: RbacUser, attributes: ResourceAttributes) => Promise<boolean>;

function reviewsBy(client: Client): IsAllowed {
  const { signal } = new AbortController();
  return async ({ name, groups }, attributes) =>
    (await subjectAccessReview(client, name, groups)(attributes, signal)).allowed;
}

/** The RBAC objects of a cluster. */
class StoredRbac {
  readonly #cluster: Cluster;
  readonly #isAllowed: IsAllowed;
  #canaries = 0;

  constructor(cluster: Cluster, isAllowed: IsAllowed) {
    this.#cluster = cluster;
    this.#isAllowed = isAllowed;
  }

  async change({ deleted, object }: RbacChange): Promise<void> {
    const { api } = this.#cluster;
    const path = `${collectionOf(object)}/${object.metadata.name}`;
    const { code, text } = deleted ? await api.delete(path) : await api.put(path, object);
    if (code === 404 && !deleted) return void (await api.create(collectionOf(object), object));
    if (code >= 300 && code !== 404) throw new Error(`Expected to change ${path}, got ${code}: ${text}`);
    return undefined;
  }

  /** Aggregates ClusterRoles in place of kube-controller-manager, which the real cluster does not have. */
  async aggregate(stored: readonly Manifest[]): Promise<void> {
    if (this.#cluster.name === 'simulator') return;
    if (stored.every(({ metadata }) => metadata.name !== 'aggregated')) return;
    const sources = stored.filter(({ kind, metadata }) => kind === 'ClusterRole' && metadata.labels?.[AGGREGATE]);
    const rules = sources.flatMap((source) => source['rules'] as readonly object[]);
    const { code, text } = await this.#cluster.api.patch(`/apis/${RBAC}/clusterroles/aggregated`, 'MERGE', {
      rules,
    });
    if (code !== 200) throw new Error(`Expected to aggregate the rules, got ${code}: ${text}`);
  }

  /**
   * Resolves when the authorizer of the API server and the index have received all changes so far: both watch each of the
   * four resources on its own, so one later object of each is awaited.
   */
  async isInForce(index: RbacIndex): Promise<void> {
    const { api } = this.#cluster;
    this.#canaries += 1;
    const name = `canary-${process.hrtime.bigint()}-${this.#canaries}`;
    const rule = { verbs: ['get'], apiGroups: ['example.com'], resources: ['canaries'] };
    const [local, clusterWide] = [grantIn('team-a', name, rule), grant(name, rule)];
    const request = { verb: 'get', group: 'example.com', resource: 'canaries', name: null };
    const user = { name, groups: [] };
    for (const object of local) await api.create(collectionOf(object), object);
    await this.#follows(index, user, { ...request, namespace: 'team-a' });
    for (const object of clusterWide) await api.create(collectionOf(object), object);
    await this.#follows(index, user, { ...request, namespace: null });
    for (const object of [...local, ...clusterWide]) await api.delete(`${collectionOf(object)}/${grantName(name)}`);
  }

  async #follows(index: RbacIndex, user: RbacUser, request: ResourceAttributes): Promise<void> {
    const isIndexed = () => isCandidate(index.candidates(subjectKeysOf(user), request) ?? 'all', request);
    await waitFor(isIndexed, 'the index has received the changes');
    await waitFor(() => this.#isAllowed(user, request), 'the authorizer has received the changes');
  }
}
