import DataLoader from 'dataloader';
import { forbidden, type Authorizer } from '../auth/authorizer.ts';
import type { NamedGrants } from '../auth/named-grants.ts';
import { questionKeyOf, questionOf, type AccessQuestion } from '../auth/question.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { ResourceStatus } from '../cache/informer.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import { podMetrics } from '../kubernetes/pod-metrics.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { ifAny, LiveLists } from './live-lists.ts';
import { Objects, type OnRead } from './objects.ts';
import { PodLogs } from './pod-logs.ts';
import type { PodUsage, PodUsages } from './pod-usages.ts';
import { refusalOf } from './refusal.ts';
import { Sight } from './sight.ts';
import { isEmpty, type View } from './view.ts';
import { Views, type Purpose } from './views.ts';
import { Writes } from './writes.ts';

export type { ResourceStatus } from '../cache/informer.ts';

/** The cluster, as one gateway holds it: what the loaders of every request share. */
export interface Cluster {
  readonly cache: ClusterCache;
  readonly authorizer: Authorizer;
  readonly grants: NamedGrants;
  readonly usages: PodUsages;
  /** The namespaces that there are. @throws {StatusError} while they are not known */
  readonly namespaces: () => Iterable<string>;
}

export interface LoadersOptions {
  readonly cluster: Cluster;
  readonly viewer: Viewer;
  readonly signal: AbortSignal;
  /** Told of each read from the copy, for live queries. */
  readonly onRead?: OnRead | undefined;
  /** What has been found out of what the viewer sees; by default it is yet to be found out. */
  readonly sight?: Sight | undefined;
  /** Only answers of the cluster's authorizer to questions since this moment will do. */
  readonly since?: number | undefined;
}

const PODS = { group: '', plural: 'pods', namespaced: true };

/** Which objects are to be followed: all that may be seen, those of a namespace, or the one of a name. */
export interface Scope {
  readonly namespace?: string | null | undefined;
  readonly name?: string | undefined;
}

/**
 * One request's view of the cluster, and the only door to it: what a viewer may not see does not come through. Make a new
 * one for each request, and for each event of a subscription: what it remembers is never forgotten.
 */
export class Loaders extends Writes {
  readonly #options: LoadersOptions;
  // Made when they are needed: who listens for long keeps the loaders that it came with.
  #keptViews: Views | undefined;
  #keptSight: Sight | undefined;
  #keptLists: LiveLists | undefined;
  #questions: DataLoader<AccessQuestion, boolean, string> | undefined;

  constructor(options: LoadersOptions) {
    super(options);
    this.#options = options;
    this.#keptSight = options.sight;
  }

  /** What the viewer sees of the resources that the operation reads. */
  get sight(): Sight {
    this.#keptSight ??= new Sight();
    return this.#keptSight;
  }

  get #views(): Views {
    this.#keptViews ??= new Views({ ...this.#options, ...this.#options.cluster });
    return this.#keptViews;
  }

  get #liveLists(): LiveLists {
    const { viewer, signal } = this.#options;
    this.#keptLists ??= new LiveLists(viewer.client, signal);
    return this.#keptLists;
  }

  /**
   * Finds out what the viewer sees of these resources: then {@link related} answers without a promise.
   * @throws {StatusError} when the cluster's authorizer cannot be asked, or the gateway does not know the namespaces yet
   */
  async prepare(resources: Iterable<Resource>, purpose: Purpose): Promise<void> {
    await Promise.all(
      [...resources].map(async (resource) => {
        const [view] = await Promise.all([this.#views.of(resource, purpose), this.#use(resource)]);
        this.sight.add(resource, view);
      }),
    );
  }

  /**
   * The objects of a resource that the viewer may list: those of one namespace, or of every namespace where they may.
   * @throws {StatusError} Forbidden for a namespace where they may not; when there is no copy yet; when the cluster does
   * not serve the resource
   */
  async list<T extends KubernetesObject>(resource: Resource<T>, namespace?: string | null): Promise<readonly T[]> {
    const view = await this.#scopeView(resource, { namespace }, 'read');
    return (await this.#readable(resource, view)).list(namespace ?? undefined);
  }

  /**
   * One object. Undefined when it does not exist.
   * @throws {StatusError} Forbidden where the viewer may not get an object of this name, whether it exists or not;
   * otherwise as {@link list}
   */
  async get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T | undefined> {
    if (resource.watched === 'never') return ifAny(this.live(resource, at));
    const view = await this.#scopeView(resource, at, 'read');
    return (await this.#readable(resource, view)).get(at);
  }

  /**
   * The objects of a resource, to be followed: all that the viewer may list and watch, those of one namespace, or the one
   * of a name.
   * @throws {StatusError} as {@link list}
   */
  async follow<T extends KubernetesObject>(resource: Resource<T>, scope: Scope = {}): Promise<Objects<T>> {
    const view = await this.#scopeView(resource, scope, 'follow');
    this.sight.follow(resource, view);
    return this.#readable(resource, view);
  }

  /**
   * The objects of a resource that the viewer may see, for a field of something else; the field declares it by `reads`.
   * None where there is no copy.
   * @throws {StatusError} where a copy that is kept on demand is not there in time
   */
  related<T extends KubernetesObject>(resource: Resource<T>): Objects<T> {
    const view = this.sight.of(resource);
    const { version, failure } = this.#options.cluster.cache.store(resource);
    if (resource.watched === 'on-demand' && version === '' && failure === undefined) throw refusalOf(resource, failure);
    if (view) return this.#objects(resource, view);
    throw new TypeError(`A field reads ${resource.plural} without saying so: extensions: reads(…).`);
  }

  /**
   * An object of the copy, whatever the viewer sees of it: for decisions that are ours, such as applying a rule. Nothing
   * of it may be told.
   */
  unseen<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): T | undefined {
    return this.#options.cluster.cache.store(resource).get(at);
  }

  /**
   * The object as the API server has it now, for one request.
   * @throws {StatusError} Forbidden where the viewer may not get it, NotFound where there is none
   */
  async live<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName): Promise<T> {
    await this.permit('get', resource, at);
    return this.#options.viewer.client.get(resource, at, this.#options.signal);
  }

  /**
   * The objects of one namespace as the API server has them now: read once for one request, however many ask.
   * @throws {StatusError} Forbidden where the viewer may not list them
   */
  async listLive<T extends KubernetesObject>(resource: Resource<T>, namespace: string): Promise<readonly T[]> {
    await this.permit('list', resource, { namespace });
    return this.#liveLists.of(resource, namespace);
  }

  /** Whether the viewer may do something. Equal questions are asked once, all of one tick together. */
  async can(question: AccessQuestion): Promise<boolean> {
    this.#questions ??= new DataLoader<AccessQuestion, boolean, string>((questions) => this.#ask(questions), {
      cacheKeyFn: questionKeyOf,
    });
    return this.#questions.load(question);
  }

  /** @throws {StatusError} Forbidden where the viewer may not get the logs of the namespace's pods, whatever is in it */
  async logs(namespace: string): Promise<PodLogs> {
    await this.permit('get', PODS, { namespace, subresource: 'log' });
    return new PodLogs(this.#options.viewer.client, namespace);
  }

  /**
   * What the pods of a namespace use, as of 15 s ago or later. Undefined where the cluster does not measure it.
   * @throws {StatusError} Forbidden where the viewer may not list it
   */
  async usage(namespace: string): Promise<PodUsage> {
    await this.permit('list', podMetrics, { namespace });
    return this.#options.cluster.usages.of(namespace, this.#options.viewer.client);
  }

  /** How fresh the copy of each resource is, and whether the cluster serves it. */
  async statuses(): Promise<readonly ResourceStatus[]> {
    const { cache } = this.#options.cluster;
    await cache.discover();
    return cache.statuses();
  }

  /** How many objects of the copy, if there is one, the viewer may see. */
  async seenCount<T extends KubernetesObject>(resource: Resource<T>): Promise<number> {
    const view = await this.#views.of(resource, 'read');
    return resource.watched === 'never' ? 0 : this.#objects(resource, view).list().length;
  }

  /** Whether the viewer may list the resource everywhere. */
  async seesAll(resource: Resource): Promise<boolean> {
    return this.may('list', resource);
  }

  async #scopeView<T extends KubernetesObject>(resource: Resource<T>, scope: Scope, purpose: Purpose): Promise<View> {
    const { namespace = null, name } = scope;
    if (name !== undefined) {
      const view = await this.#views.ofName(resource, { namespace, name }, purpose);
      return view ?? refuse(purpose === 'read' ? 'get' : 'watch', resource, namespace);
    }
    if (namespace !== null) {
      const view = await this.#views.ofNamespace(resource, namespace, purpose);
      return view ?? refuse(purpose === 'read' ? 'list' : 'watch', resource, namespace);
    }
    const view = await this.#views.of(resource, purpose);
    // Of a resource without namespaces and without a glimpse, all is refused at once.
    if (isEmpty(view) && !resource.namespaced && !resource.glimpse) refuse('list', resource, null);
    return view;
  }

  async #use(resource: Resource): Promise<void> {
    return this.#options.cluster.cache.ensureSynced(resource, this.#options.signal);
  }

  async #readable<T extends KubernetesObject>(resource: Resource<T>, view: View): Promise<Objects<T>> {
    await this.#use(resource);
    const store = this.#options.cluster.cache.store(resource);
    if (store.version === '') throw refusalOf(resource, store.failure);
    return this.#objects(resource, view);
  }

  #objects<T extends KubernetesObject>(resource: Resource<T>, view: View): Objects<T> {
    const { onRead, cluster } = this.#options;
    const { cache } = cluster;
    return new Objects({
      view,
      store: cache.store(resource),
      further: (version) => cache.changesSince(resource, version),
      onRead,
    });
  }

  async #ask(questions: readonly AccessQuestion[]): Promise<readonly (boolean | Error)[]> {
    const settled = await Promise.allSettled(questions.map((question) => this.#views.may(question)));
    return settled.map((answer) => (answer.status === 'fulfilled' ? answer.value : asError(answer.reason)));
  }
}

function refuse(verb: string, resource: Resource, namespace: string | null): never {
  throw forbidden(questionOf(verb, resource, { namespace }));
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
