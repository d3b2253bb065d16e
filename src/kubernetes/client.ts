import type { IncomingMessage } from 'node:http';
import { decodeDeletion, decodeItemCount, decodeObject, decodeVersion, decodeWritten } from './decode.ts';
import type { ApiConnection } from './api-connection.ts';
import type { ImpersonatedUser } from './impersonation.ts';
import type { KubernetesObject, ObjectName } from './object.ts';
import type { PathSegments } from './path.ts';
import { resourcePath, type Resource, type ResourceName } from './resource.ts';
import { FIELD_MANAGER, Requests, timeoutError, type QueryParameters } from './requests.ts';
import { isNameTaken } from './status-error.ts';
import {
  deleteOptionsOf,
  patchMediaTypes,
  writeQueryOf,
  type CreateOptions,
  type DeleteResult,
  type DeleteCollectionOptions,
  type DeleteCollectionResult,
  type DeleteOptions,
  type ListAllOptions,
  type ListOptions,
  type ObjectList,
  type Patch,
  type WatchOptions,
  type WriteOptions,
  type WriteResult,
} from './verbs.ts';
import { readWatchStream } from './watch-stream.ts';

const PAGE_SIZE = 500;
/** API servers send the head of a watch at once, even when there is nothing to tell yet. */
const HEAD_TIMEOUT_MS = 90_000;
/** How often a name is made anew from generateName before the last one's being taken counts. */
const NAMES_TRIED = 5;
const initialEvents = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', resourceVersion: '' };

/**
 * The verbs of the Kubernetes API. Every method throws {@link StatusError}: what the server said, `Unreachable` when it
 * could not be asked, `Timeout` when it did not answer in 30 s, and then a write may or may not have happened.
 */
export class Client {
  readonly #requests: Requests;

  constructor(connection: ApiConnection) {
    this.#requests = new Requests(connection);
  }

  /**
   * The objects that are of interest, and of each what is kept. Those that are not what they should be are passed over
   * and told to `onMalformed`: one never costs the list.
   */
  async list<T extends KubernetesObject>(
    resource: Resource<T>,
    { namespace, signal, atResourceVersion, ...selection }: ListOptions,
    onMalformed: (error: TypeError) => void,
  ): Promise<ObjectList<T>> {
    const version =
      atResourceVersion && !selection.continue
        ? { resourceVersion: atResourceVersion, resourceVersionMatch: 'Exact' }
        : {};
    const query = { ...selection, ...version, labelSelector: selectorOf(resource, selection.labelSelector) };
    const body = await this.#requests.sendForJson('GET', resourcePath(resource, { namespace }), {
      signal,
      resource,
      query,
    });
    const { items, metadata } = body as { items?: readonly unknown[] | null; metadata?: { continue?: string } };
    const decoded = (items ?? []).flatMap((item) => {
      try {
        return [decodeObject(item, resource)];
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        onMalformed(error);
        return [];
      }
    });
    return { items: decoded, resourceVersion: decodeVersion(body), continue: metadata?.continue || undefined };
  }

  /** All pages of a list, which are of one moment. */
  async listAll<T extends KubernetesObject>(
    resource: Resource<T>,
    { intern, ...options }: ListAllOptions<T>,
    onMalformed: (error: TypeError) => void,
  ): Promise<ObjectList<T>> {
    const items: T[] = [];
    let page: ObjectList<T> | undefined;
    do {
      page = await this.list(resource, { ...options, limit: PAGE_SIZE, continue: page?.continue }, onMalformed);
      items.push(...(intern ? page.items.map(intern) : page.items));
    } while (page.continue !== undefined);
    return { items, resourceVersion: page.resourceVersion };
  }

  /** Returns when the server ends the stream; an ERROR event is thrown. The signal ends it too, with its own reason. */
  async watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions<T>): Promise<void> {
    const { resourceVersion, timeoutSeconds, signal } = options;
    const start = resourceVersion === undefined ? initialEvents : { resourceVersion };
    const labelSelector = selectorOf(resource);
    const query = { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds, ...start, labelSelector };
    const head = new AbortController();
    const headTimeoutMs = Math.min(options.idleTimeoutMs, HEAD_TIMEOUT_MS);
    const late = setTimeout(() => head.abort(), headTimeoutMs);
    try {
      const both = AbortSignal.any([signal, head.signal]);
      const about = { signal: both, resource, query };
      const response = await this.#requests.send('GET', resourcePath(resource), about);
      clearTimeout(late);
      await readWatchStream(response, { ...options, resource });
    } catch (error) {
      signal.throwIfAborted();
      if (!head.signal.aborted) throw error;
      throw timeoutError(`The API server did not begin the watch within ${headTimeoutMs} ms.`);
    } finally {
      clearTimeout(late);
    }
  }

  async get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName, signal: AbortSignal): Promise<T> {
    const about = { signal, resource, namespace: at.namespace };
    return decodeObject(await this.#requests.sendForJson('GET', resourcePath(resource, nameOf(at)), about), resource);
  }

  /** A name made from generateName that is taken is made anew, some times. */
  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    manifest: object,
    options: CreateOptions,
  ): Promise<WriteResult<T>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#write(resource, { method: 'POST', namespace: options.namespace, body: manifest }, options);
      } catch (error) {
        if (attempt === NAMES_TRIED || !isNameTaken(error) || !leavesNameToServer(manifest)) throw error;
      }
    }
  }

  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    manifest: object,
    options: WriteOptions,
  ): Promise<WriteResult<T>> {
    return this.#write(resource, { method: 'PUT', ...nameOf(at), body: manifest }, options);
  }

  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    { type, body }: Patch,
    options: WriteOptions,
  ): Promise<WriteResult<T>> {
    return this.#write(resource, { method: 'PATCH', ...nameOf(at), contentType: patchMediaTypes[type], body }, options);
  }

  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    options: DeleteOptions,
  ): Promise<DeleteResult<T>> {
    const { namespace } = at;
    const about = { signal: options.signal, resource, namespace, body: deleteOptionsOf(options) };
    const { body, warnings } = await this.#requests.write('DELETE', resourcePath(resource, nameOf(at)), about);
    return { object: decodeDeletion(body, resource), warnings };
  }

  /** Deletes what the selectors choose in a namespace, or in the whole cluster. */
  async deleteCollection(
    resource: Resource,
    namespace: string | undefined,
    { labelSelector, fieldSelector, ...options }: DeleteCollectionOptions,
  ): Promise<DeleteCollectionResult> {
    const query = { labelSelector, fieldSelector };
    const about = { signal: options.signal, resource, namespace, query, body: deleteOptionsOf(options) };
    const { body, warnings } = await this.#requests.write('DELETE', resourcePath(resource, { namespace }), about);
    return { count: decodeItemCount(body), warnings };
  }

  /** Any other document of the API: discovery, version, reviews. None of them changes anything, so it may be asked for twice. */
  async request(
    method: 'GET' | 'POST',
    path: PathSegments,
    options: { readonly signal: AbortSignal; readonly body?: unknown },
  ): Promise<unknown> {
    return this.#requests.sendForJson(method, path, { ...options, repeatable: true });
  }

  /** A part of an object that is no document, such as its log: the answer’s body is still to be read. */
  async openStream(
    resource: ResourceName,
    at: ObjectName & { readonly subresource: string },
    { query, signal }: { readonly query: QueryParameters; readonly signal: AbortSignal },
  ): Promise<IncomingMessage> {
    return this.#requests.send('GET', resourcePath(resource, at), { signal, namespace: at.namespace, query });
  }

  /** The same API server, asked with somebody's bearer token and nothing of ours. */
  withToken(token: string): Client {
    return new Client(this.#requests.connection.withToken(token));
  }

  /** The same API server, asked by us in somebody's name. */
  impersonating(user: ImpersonatedUser): Client {
    return new Client(this.#requests.connection.impersonating(user));
  }

  /** Has the credentials read anew, as after a 401. */
  refreshCredentials(): void {
    this.#requests.refreshCredentials();
  }

  async #write<T extends KubernetesObject>(
    resource: Resource<T>,
    { method, namespace, name, contentType, body }: WriteRequest,
    options: WriteOptions,
  ): Promise<WriteResult<T>> {
    const { subresource, signal } = options;
    const answer = await this.#requests.write(method, resourcePath(resource, { namespace, name, subresource }), {
      signal,
      resource,
      namespace,
      query: { fieldManager: FIELD_MANAGER, ...writeQueryOf(options) },
      contentType,
      body,
    });
    return { object: decodeWritten(answer.body, resource, options), warnings: answer.warnings };
  }
}

interface WriteRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly contentType?: string;
  readonly body: unknown;
}

/** Of an object's metadata, what its address is made of. */
function nameOf({ namespace, name }: ObjectName): ObjectName {
  return { namespace, name };
}

/** An object has to match both. */
function selectorOf({ cache: { labelSelector } }: Resource, further = ''): string | undefined {
  return [labelSelector, further].filter(Boolean).join(',') || undefined;
}

function leavesNameToServer(manifest: object): boolean {
  const { metadata } = manifest as { readonly metadata?: { readonly name?: string; readonly generateName?: string } };
  return !metadata?.name && Boolean(metadata?.generateName);
}
