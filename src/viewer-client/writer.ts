import type { Cancellation } from '../auth/access-checks.ts';
import { forbidden } from '../auth/authorizer.ts';
import { attributesFor } from '../auth/resource-attributes.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { VisibilityResolver } from '../auth/visibility-resolver.ts';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { Client } from '../kubernetes/client.ts';
import { anyObject } from '../kubernetes/decoder.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isNotFound } from '../kubernetes/status-error.ts';
import type {
  CreateOptions,
  DeleteResult,
  DeleteCollectionOptions,
  DeleteCollectionResult,
  DeleteOptions,
  Patch,
  WriteOptions,
  WriteResult,
} from '../kubernetes/verbs.ts';
import type { SentWrites } from './sent-writes.ts';

type WithoutSignal<O> = Omit<O, 'signal'>;

type Create = WithoutSignal<CreateOptions>;
type Replace = WithoutSignal<WriteOptions>;
type Delete = WithoutSignal<DeleteOptions>;
type DeleteCollection = WithoutSignal<DeleteCollectionOptions>;

interface PatchAs extends WithoutSignal<WriteOptions> {
  /** Permission that the patch takes: `update` if the client sends fields to update, and the patch is an implementation. */
  readonly verb?: 'patch' | 'update';
}

interface WriterOptions {
  readonly resolver: VisibilityResolver;
  readonly viewer: Viewer;
  readonly cluster: { readonly cache: ClusterCache; readonly writes: SentWrites };
  /** Once its signal has aborted no write is sent; one that was sent is not cancelled. */
  readonly cancellation: Cancellation;
}

/**
 * Writes of one viewer, sent to the API server. Each write first checks the permission for its exact verb, so a denial does
 * not disclose whether the object exists. Unless `dryRun` is set, the result is in the cache before the method returns.
 * Methods throw a `StatusError`: Forbidden if the viewer lacks the permission, otherwise the API server's error.
 */
export class Writer {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  get #resolver(): VisibilityResolver {
    return this.#options.resolver;
  }

  /** Creates an object and returns it. */
  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    manifest: object,
    options: Create,
  ): Promise<WriteResult<T>> {
    const { namespace } = options;
    await this.#resolver.assertCan('create', resource, { namespace });
    const written = this.#send('create', { resource, namespace }, (client, signal) =>
      client.create(resource, manifest, { ...options, signal }),
    );
    return this.#applied(resource, options, await written);
  }

  /** Replaces an object and returns the new one. */
  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    manifest: object,
    options: Replace,
  ): Promise<WriteResult<T>> {
    await this.#resolver.assertCan('update', resource, { ...at, subresource: options.subresource });
    const written = this.#send('update', { resource, ...at }, (client, signal) =>
      client.replace(resource, at, manifest, { ...options, signal }),
    );
    return this.#applied(resource, options, await written);
  }

  /** Patches an object and returns it. An APPLY to an object that does not exist creates it, with the permission `create`. */
  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    patch: Patch,
    { verb = 'patch', ...options }: PatchAs,
  ): Promise<WriteResult<T>> {
    await this.#resolver.assertCan(verb, resource, { ...at, subresource: options.subresource });
    const permitted =
      patch.type === 'APPLY' && !options.subresource ? await this.#permittedApply(resource, at, patch) : patch;
    const written = this.#send('patch', { resource, ...at }, (client, signal) =>
      client.patch(resource, at, permitted, { ...options, signal }),
    );
    return this.#applied(resource, options, await written);
  }

  /** Deletes an object. Resolves when it is gone from the cache or, if finalizers remain, marked as deleted there. */
  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    options: Delete,
  ): Promise<DeleteResult<T>> {
    await this.#resolver.assertCan('delete', resource, at);
    const deleted = await this.#send('delete', { resource, ...at }, (client, signal) =>
      client.delete(resource, at, { ...options, signal }),
    );
    if (options.dryRun || resource.cache.watched === 'never') return deleted;
    if (deleted.object) this.#options.cluster.cache.applyWriteResult(resource, deleted.object);
    else await this.#waitForDeletion(resource, at);
    return deleted;
  }

  /** Deletes the objects of a namespace that match, or of all namespaces. */
  async deleteCollection(
    resource: Resource,
    namespace: string | undefined,
    options: DeleteCollection,
  ): Promise<DeleteCollectionResult> {
    await this.#resolver.assertCan('deletecollection', resource, { namespace });
    return this.#send('deletecollection', { resource, namespace }, (client, signal) =>
      client.deleteCollection(resource, namespace, { ...options, signal }),
    );
  }

  #send<R>(
    verb: string,
    { resource, namespace, name }: Partial<ObjectName> & { readonly resource: Resource },
    send: (client: Client, signal: AbortSignal) => Promise<R>,
  ): Promise<R> {
    const { viewer, cluster, cancellation } = this.#options;
    const write = { verb, resource: resource.plural, namespace, name, viewer: viewer.name };
    return cluster.writes.send(write, cancellation.signal, (unlimited) => send(viewer.client, unlimited));
  }

  #applied<T extends KubernetesObject>(
    resource: Resource<T>,
    { dryRun }: WithoutSignal<WriteOptions>,
    written: WriteResult<T>,
  ): WriteResult<T> {
    if (!dryRun && resource.cache.watched !== 'never')
      this.#options.cluster.cache.applyWriteResult(resource, written.object);
    return written;
  }

  async #waitForDeletion(resource: Resource, at: ObjectName): Promise<void> {
    const { cache } = this.#options.cluster;
    const cached = cache.store(resource).get(at);
    if (cached) await cache.waitForDeletion(resource, cached.metadata.uid);
  }

  /**
   * Returns a patch that cannot create the object, if the viewer may not: it has the UID of the existing object, so the API
   * server rejects it if that object is deleted meanwhile. The name is known, so a permission to create it by name is enough.
   */
  async #permittedApply(resource: Resource, at: ObjectName, { type, body }: Patch): Promise<Patch> {
    if (await this.#resolver.can('create', resource, at)) return { type, body };
    try {
      const { uid } = (await this.#options.viewer.client.get(resource, at, this.#options.cancellation.signal)).metadata;
      const { metadata, ...content } = anyObject.is(body) ? body : {};
      return { type, body: { ...content, metadata: { ...(anyObject.is(metadata) ? metadata : at), uid } } };
    } catch (error) {
      if (isNotFound(error)) throw forbidden(attributesFor('create', resource, at));
      throw error;
    }
  }
}
