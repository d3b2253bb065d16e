import { forbidden } from '../auth/authorizer.ts';
import { questionOf, type AccessQuestion, type Asked, type Place } from '../auth/question.ts';
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

type Unsigned<O> = Omit<O, 'signal'>;

export type Create = Unsigned<CreateOptions>;
export type Replace = Unsigned<WriteOptions>;
export type Delete = Unsigned<DeleteOptions>;
export type DeleteCollection = Unsigned<DeleteCollectionOptions>;

export interface PatchAs extends Unsigned<WriteOptions> {
  /** The right that is asked for: `update` where the patch is but the way in which we change what the viewer names. */
  readonly verb?: 'patch' | 'update';
}

export interface WritesOptions {
  readonly viewer: Viewer;
  readonly cluster: { readonly cache: ClusterCache };
  readonly signal: AbortSignal;
}

/**
 * What one viewer may change. Everything is asked for by its exact verb first, so that a refusal tells nothing of what is
 * there, and goes straight to the API server; unless it was a dry run, every reader has the answer at once.
 */
export abstract class Writes {
  readonly #writing: WritesOptions;

  constructor(options: WritesOptions) {
    this.#writing = options;
  }

  /** Whether the viewer may do something. */
  abstract can(question: AccessQuestion): Promise<boolean>;

  /** Whether the viewer may do something with objects of a resource. */
  may(verb: string, resource: Asked, at?: Place): Promise<boolean> {
    return this.can(questionOf(verb, resource, at));
  }

  /**
   * Lets through who may do something; for what has to be found out before a write.
   * @throws {StatusError} Forbidden, saying what was asked, and nothing of whether it exists
   */
  async permit(verb: string, resource: Asked, at: Place): Promise<void> {
    const question = questionOf(verb, resource, at);
    if (!(await this.can(question))) throw forbidden(question);
  }

  /** @throws {StatusError} Forbidden where the viewer may not; otherwise whatever the API server says */
  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    manifest: object,
    options: Create,
  ): Promise<Written<T>> {
    const { namespace } = options;
    await this.permit('create', resource, { namespace });
    return this.#taken(
      resource,
      options,
      await this.#writing.viewer.client.create(resource, manifest, this.#signed(options)),
    );
  }

  /** @throws {StatusError} as {@link create} */
  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    manifest: object,
    options: Replace,
  ): Promise<Written<T>> {
    await this.permit('update', resource, { ...at, subresource: options.subresource });
    return this.#taken(
      resource,
      options,
      await this.#writing.viewer.client.replace(resource, at, manifest, this.#signed(options)),
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
    await this.permit(verb, resource, { ...at, subresource: options.subresource });
    const allowed =
      patch.type === 'APPLY' && !options.subresource ? await this.#allowedApply(resource, at, patch) : patch;
    return this.#taken(
      resource,
      options,
      await this.#writing.viewer.client.patch(resource, at, allowed, this.#signed(options)),
    );
  }

  /** @throws {StatusError} as {@link create} */
  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    options: Delete,
  ): Promise<Deleted<T>> {
    await this.permit('delete', resource, at);
    const deleted = await this.#writing.viewer.client.delete(resource, at, this.#signed(options));
    if (options.dryRun || resource.watched === 'never') return deleted;
    if (deleted.object) this.#writing.cluster.cache.applyWriteResult(resource, deleted.object);
    else await this.#gone(resource, at);
    return deleted;
  }

  /** @throws {StatusError} as {@link create} */
  async deleteCollection(
    resource: Resource,
    namespace: string | undefined,
    options: DeleteCollection,
  ): Promise<DeletedCollection> {
    await this.permit('deletecollection', resource, { namespace });
    return this.#writing.viewer.client.deleteCollection(resource, namespace, this.#signed(options));
  }

  #signed<O>(options: O): O & { readonly signal: AbortSignal } {
    return { ...options, signal: this.#writing.signal };
  }

  #taken<T extends KubernetesObject>(
    resource: Resource<T>,
    { dryRun }: Unsigned<WriteOptions>,
    written: Written<T>,
  ): Written<T> {
    if (!dryRun && resource.watched !== 'never') this.#writing.cluster.cache.applyWriteResult(resource, written.object);
    return written;
  }

  async #gone(resource: Resource, at: ObjectName): Promise<void> {
    const { cache } = this.#writing.cluster;
    const held = cache.store(resource).get(at);
    if (held) await cache.waitForDeletion(resource, held.metadata.uid);
  }

  /** Who may not create names the object that is to be changed: should it go meanwhile, the apply is refused. */
  async #allowedApply(resource: Resource, at: ObjectName, { type, body }: Patch): Promise<Patch> {
    const creation = questionOf('create', resource, { namespace: at.namespace });
    if (await this.can(creation)) return { type, body };
    try {
      const { uid } = (await this.#writing.viewer.client.get(resource, at, this.#writing.signal)).metadata;
      const { metadata, ...content } = anyObject.is(body) ? body : {};
      return { type, body: { ...content, metadata: { ...(anyObject.is(metadata) ? metadata : at), uid } } };
    } catch (error) {
      if (isNotFound(error)) throw forbidden(creation);
      throw error;
    }
  }
}
