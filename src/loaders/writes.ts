import type { AccessQuestion } from '../access/authorizer.ts';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { Client } from '../kubernetes/client.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isNotFound, StatusError } from '../kubernetes/status-error.ts';
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

interface Writing {
  readonly client: Client;
  readonly cache: ClusterCache;
}

/** How long the author of a deletion waits for the copy to have it too. */
const TAKEN_IN_MS = 2_000;

/**
 * What one viewer may change. Everything is asked for by its exact verb first, so that a refusal tells nothing of what is
 * there, and goes straight to the API server; unless it was a dry run, every reader has the answer at once.
 */
export abstract class Writes {
  readonly #client: Client;
  readonly #cache: ClusterCache;
  readonly #writingSignal: AbortSignal;

  constructor({ client, cache }: Writing, signal: AbortSignal) {
    this.#client = client;
    this.#cache = cache;
    this.#writingSignal = signal;
  }

  /** Whether the viewer may do something. */
  abstract can(question: AccessQuestion): Promise<boolean>;

  /**
   * Lets through who may do something; for what has to be found out before a write.
   * @throws {StatusError} Forbidden, saying what was asked, and nothing of whether it exists
   */
  async permit(verb: string, resource: Resource, at: Place): Promise<void> {
    if (!(await this.can(questionOf(verb, resource, at)))) throw refusal(verb, resource, at);
  }

  /** @throws {StatusError} Forbidden where the viewer may not; otherwise whatever the API server says */
  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    manifest: object,
    options: Create,
  ): Promise<Written<T>> {
    const { namespace } = options;
    await this.permit('create', resource, { namespace });
    return this.#taken(resource, options, await this.#client.create(resource, manifest, this.#signed(options)));
  }

  /** @throws {StatusError} as {@link create} */
  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    manifest: object,
    options: Replace,
  ): Promise<Written<T>> {
    await this.permit('update', resource, { ...at, subresource: options.subresource });
    return this.#taken(resource, options, await this.#client.replace(resource, at, manifest, this.#signed(options)));
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
    if (patch.type === 'APPLY' && !options.subresource) await this.#permitApply(resource, at);
    return this.#taken(resource, options, await this.#client.patch(resource, at, patch, this.#signed(options)));
  }

  /** @throws {StatusError} as {@link create} */
  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    options: Delete,
  ): Promise<Deleted<T>> {
    await this.permit('delete', resource, at);
    const deleted = await this.#client.delete(resource, at, this.#signed(options));
    if (options.dryRun || resource.watched === 'never') return deleted;
    if (deleted.object) this.#cache.accept(resource, deleted.object);
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
    return this.#client.deleteCollection(resource, namespace, this.#signed(options));
  }

  #signed<O>(options: O): O & { readonly signal: AbortSignal } {
    return { ...options, signal: this.#writingSignal };
  }

  #taken<T extends KubernetesObject>(
    resource: Resource<T>,
    { dryRun }: Unsigned<WriteOptions>,
    written: Written<T>,
  ): Written<T> {
    if (!dryRun && resource.watched !== 'never') this.#cache.accept(resource, written.object);
    return written;
  }

  /** Only the watch knows at which version an object went; its author waits for it, but not for long. */
  async #gone(resource: Resource, at: ObjectName): Promise<void> {
    const store = this.#cache.store(resource);
    const held = store.get(at);
    if (!held) return;
    const { uid } = held.metadata;
    const told = Promise.withResolvers<void>();
    const heed = () => void (store.withUid(uid) ?? told.resolve());
    const unlisten = store.listen({ changed: heed, reset: heed, failed: () => told.resolve() });
    const late = setTimeout(() => told.resolve(), TAKEN_IN_MS);
    await told.promise;
    clearTimeout(late);
    unlisten();
  }

  async #permitApply(resource: Resource, at: ObjectName): Promise<void> {
    const { namespace } = at;
    if (await this.can(questionOf('create', resource, { namespace }))) return;
    try {
      await this.#client.get(resource, at, this.#writingSignal);
    } catch (error) {
      if (isNotFound(error)) throw refusal('create', resource, { namespace });
      throw error;
    }
  }
}

interface Place {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

function questionOf(verb: string, resource: Resource, { namespace, name, subresource }: Place): AccessQuestion {
  const { group, plural, namespaced } = resource;
  return {
    verb,
    group,
    resource: plural,
    ...(subresource && { subresource }),
    namespace: namespaced ? (namespace ?? null) : null,
    name: name ?? null,
  };
}

function refusal(verb: string, { kind, group, plural, namespaced }: Resource, at: Place): StatusError {
  const { namespace, name, subresource } = at;
  const what = [group ? `${plural}.${group}` : plural, subresource].filter(Boolean).join('/');
  const which = name === undefined ? what : `${what} ${JSON.stringify(name)}`;
  const where = namespaced && namespace !== undefined ? ` in the namespace ${JSON.stringify(namespace)}` : '';
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `You may not ${verb} ${which}${where}.`,
    kind,
    ...(namespaced && { namespace }),
    name,
  });
}
