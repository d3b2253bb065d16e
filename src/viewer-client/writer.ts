import { forbidden } from '../auth/authorizer.ts';
import { attributesFor } from '../auth/resource-attributes.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import { anyObject } from '../kubernetes/form.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isNotFound } from '../kubernetes/status-error.ts';
import type {
  CreateOptions,
  Deleted,
  DeleteCollectionOptions,
  DeletedCollection,
  DeleteOptions,
  Patch,
  WriteOptions,
  Written,
} from '../kubernetes/verbs.ts';
import type { AccessChecks } from './access-checks.ts';

type Unsigned<O> = Omit<O, 'signal'>;

export type Create = Unsigned<CreateOptions>;
export type Replace = Unsigned<WriteOptions>;
export type Delete = Unsigned<DeleteOptions>;
export type DeleteCollection = Unsigned<DeleteCollectionOptions>;

export interface PatchAs extends Unsigned<WriteOptions> {
  /** The right that is asked for: `update` where the patch is but the way in which we change what the viewer names. */
  readonly verb?: 'patch' | 'update';
}

interface WriterOptions {
  readonly access: AccessChecks;
  readonly viewer: Viewer;
  readonly cluster: { readonly cache: ClusterCache };
  readonly signal: AbortSignal;
}

/**
 * What one viewer may change. Everything is asked for by its exact verb first, so that a refusal tells nothing of what is
 * there, and goes straight to the API server; unless it was a dry run, every reader has the answer at once.
 */
export class Writer {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  get #access(): AccessChecks {
    return this.#options.access;
  }

  /** @throws {StatusError} Forbidden where the viewer may not; otherwise whatever the API server says */
  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    manifest: object,
    options: Create,
  ): Promise<Written<T>> {
    const { namespace } = options;
    await this.#access.assertCan('create', resource, { namespace });
    return this.#taken(
      resource,
      options,
      await this.#options.viewer.client.create(resource, manifest, this.#signed(options)),
    );
  }

  /** @throws {StatusError} as {@link create} */
  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    manifest: object,
    options: Replace,
  ): Promise<Written<T>> {
    await this.#access.assertCan('update', resource, { ...at, subresource: options.subresource });
    return this.#taken(
      resource,
      options,
      await this.#options.viewer.client.replace(resource, at, manifest, this.#signed(options)),
    );
  }

  /**
   * An APPLY of what does not exist creates it, and needs that right too.
   * @throws {StatusError} as {@link create}
   */
  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    patch: Patch,
    { verb = 'patch', ...options }: PatchAs,
  ): Promise<Written<T>> {
    await this.#access.assertCan(verb, resource, { ...at, subresource: options.subresource });
    const allowed =
      patch.type === 'APPLY' && !options.subresource ? await this.#allowedApply(resource, at, patch) : patch;
    return this.#taken(
      resource,
      options,
      await this.#options.viewer.client.patch(resource, at, allowed, this.#signed(options)),
    );
  }

  /** @throws {StatusError} as {@link create} */
  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    options: Delete,
  ): Promise<Deleted<T>> {
    await this.#access.assertCan('delete', resource, at);
    const deleted = await this.#options.viewer.client.delete(resource, at, this.#signed(options));
    if (options.dryRun || resource.cache.watched === 'never') return deleted;
    if (deleted.object) this.#options.cluster.cache.applyWriteResult(resource, deleted.object);
    else await this.#gone(resource, at);
    return deleted;
  }

  /** @throws {StatusError} as {@link create} */
  async deleteCollection(
    resource: Resource,
    namespace: string | undefined,
    options: DeleteCollection,
  ): Promise<DeletedCollection> {
    await this.#access.assertCan('deletecollection', resource, { namespace });
    return this.#options.viewer.client.deleteCollection(resource, namespace, this.#signed(options));
  }

  #signed<O>(options: O): O & { readonly signal: AbortSignal } {
    return { ...options, signal: this.#options.signal };
  }

  #taken<T extends KubernetesObject>(
    resource: Resource<T>,
    { dryRun }: Unsigned<WriteOptions>,
    written: Written<T>,
  ): Written<T> {
    if (!dryRun && resource.cache.watched !== 'never')
      this.#options.cluster.cache.applyWriteResult(resource, written.object);
    return written;
  }

  async #gone(resource: Resource, at: ObjectName): Promise<void> {
    const { cache } = this.#options.cluster;
    const held = cache.store(resource).get(at);
    if (held) await cache.waitForDeletion(resource, held.metadata.uid);
  }

  /** Who may not create names the object that is to be changed: should it go meanwhile, the apply is refused. */
  async #allowedApply(resource: Resource, at: ObjectName, { type, body }: Patch): Promise<Patch> {
    const target = { namespace: at.namespace };
    if (await this.#access.can('create', resource, target)) return { type, body };
    try {
      const { uid } = (await this.#options.viewer.client.get(resource, at, this.#options.signal)).metadata;
      const { metadata, ...content } = anyObject.is(body) ? body : {};
      return { type, body: { ...content, metadata: { ...(anyObject.is(metadata) ? metadata : at), uid } } };
    } catch (error) {
      if (isNotFound(error)) throw forbidden(attributesFor('create', resource, target));
      throw error;
    }
  }
}
