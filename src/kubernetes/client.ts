import type { IncomingMessage } from 'node:http';
import { decodeDeletion, decodeItemCount, decodeList, decodeObject, decodeWritten } from './decode.ts';
import type { ApiConnection } from './api-connection.ts';
import type { ImpersonatedUser } from './impersonation.ts';
import { assertSelectorLength } from './label-selector.ts';
import type { KubernetesObject, ObjectName } from './object.ts';
import type { PathSegments } from './path.ts';
import { resourcePath, type Resource, type ResourceName } from './resource.ts';
import { FIELD_MANAGER, Requests, timeoutError, type QueryParameters } from './requests.ts';
import { decodeBody } from './response.ts';
import { isNameTaken, isResponseTooLarge } from './status-error.ts';
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
  type ListResponse,
  type Patch,
  type WatchOptions,
  type WriteOptions,
  type WriteResult,
} from './verbs.ts';
import { readWatchStream } from './watch-stream.ts';

const PAGE_SIZE = 500;
/** Divisor of the page size if a page of large objects exceeds the limit of a response. */
const SMALLER_PAGE = 10;
/** Time limit for the head of a watch. API servers send it at once, even without events. */
const HEAD_TIMEOUT_MS = 90_000;
/** Attempts to create an object with generateName whose generated name exists already. */
const NAMES_TRIED = 5;
const initialEvents = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', resourceVersion: '' };

/**
 * Client of one API server with the credentials of its connection, in the verbs of the
 * [Kubernetes API](https://kubernetes.io/docs/reference/using-api/api-concepts/). It holds no state besides them. Methods throw
 * {@link StatusError}: the Status that the API server returned; `Unreachable` if the request was not sent; `Broken` if a read
 * failed after that; `Timeout` if no response came within 30 s, or if the outcome of a write is unknown.
 */
export class Client {
  readonly #requests: Requests;

  constructor(connection: ApiConnection) {
    this.#requests = new Requests(connection);
  }

  /** Current address of the API server. */
  get server(): string {
    return this.#requests.connection.server;
  }

  /**
   * Returns one page of the objects that match the selectors and the resource's cache policy, trimmed. Objects without name,
   * uid or resourceVersion are skipped and reported to `onMalformed`.
   */
  async list<T extends KubernetesObject>(
    resource: Resource<T>,
    { namespace, signal, atResourceVersion, heldObject, ...selection }: ListOptions<T>,
    onMalformed: (error: TypeError) => void,
  ): Promise<ListResponse<T>> {
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
    const page = decodeBody(body, (list) => decodeList(list, resource));
    const items = page.items.flatMap((item) => {
      try {
        const object = decodeObject(item, resource, heldObject);
        return resource.cache.accepts(object) ? [object] : [];
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        onMalformed(error);
        return [];
      }
    });
    return { ...page, items };
  }

  /**
   * Returns all pages of a list, which are of one resourceVersion. Pages that are too large are read again as smaller ones.
   * Fails with 410 Expired if paging takes too long.
   */
  async listAll<T extends KubernetesObject>(
    resource: Resource<T>,
    options: ListAllOptions<T>,
    onMalformed: (error: TypeError) => void,
  ): Promise<ListResponse<T>> {
    const items: T[] = [];
    let limit = PAGE_SIZE;
    let page: ListResponse<T> | undefined;
    do {
      try {
        page = await this.list(resource, { ...options, limit, continue: page?.continue }, onMalformed);
      } catch (error) {
        if (!isResponseTooLarge(error) || limit === 1) throw error;
        limit = Math.ceil(limit / SMALLER_PAGE);
        continue;
      }
      // Without spread: an API server that ignores the limit returns more items than a call can have arguments.
      for (const item of page.items) items.push(item);
    } while (!page || page.continue !== undefined);
    return { items, resourceVersion: page.resourceVersion };
  }

  /**
   * Watches a resource. Resolves when the API server ends the stream. Throws the Status of an ERROR event, the reason of the
   * signal, or `Timeout` if the stream does not start in time.
   */
  async watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions<T>): Promise<void> {
    const { namespace, resourceVersion, timeoutSeconds, signal, server: watchedServer = this.server } = options;
    const start = resourceVersion === undefined ? initialEvents : { resourceVersion };
    const labelSelector = selectorOf(resource);
    const query = { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds, ...start, labelSelector };
    const head = new AbortController();
    const headTimeoutMs = Math.min(options.idleTimeoutMs, HEAD_TIMEOUT_MS);
    const late = setTimeout(() => head.abort(), headTimeoutMs);
    try {
      const both = AbortSignal.any([signal, head.signal]);
      const about = { signal: both, resource, query, watchedServer };
      const response = await this.#requests.send('GET', resourcePath(resource, { namespace }), about);
      clearTimeout(late);
      options.onOpen?.();
      await readWatchStream(response, { ...options, resource });
    } catch (error) {
      signal.throwIfAborted();
      if (!head.signal.aborted) throw error;
      throw timeoutError(`The API server did not start the watch within ${headTimeoutMs} ms.`);
    } finally {
      clearTimeout(late);
    }
  }

  /** Returns an object. Throws 404 NotFound if it does not exist. */
  async get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName, signal: AbortSignal): Promise<T> {
    const about = { signal, resource, namespace: at.namespace };
    const body = await this.#requests.sendForJson('GET', resourcePath(resource, nameOf(at)), about);
    return decodeBody(body, (object) => decodeObject(object, resource));
  }

  /** Creates an object. Tries up to five times if the name that the API server generated exists already. */
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

  /** Replaces an object (PUT). A resourceVersion in the manifest must be the current one. */
  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    manifest: object,
    options: WriteOptions,
  ): Promise<WriteResult<T>> {
    return this.#write(resource, { method: 'PUT', ...nameOf(at), body: manifest }, options);
  }

  /** Patches an object. */
  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    { type, body }: Patch,
    options: WriteOptions,
  ): Promise<WriteResult<T>> {
    return this.#write(resource, { method: 'PATCH', ...nameOf(at), contentType: patchMediaTypes[type], body }, options);
  }

  /** Deletes an object. */
  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    options: DeleteOptions,
  ): Promise<DeleteResult<T>> {
    const { namespace } = at;
    const about = { signal: options.signal, resource, namespace, body: deleteOptionsOf(options) };
    const decode = (response: unknown) => decodeDeletion(response, resource);
    const { body, warnings } = await this.#requests.write('DELETE', resourcePath(resource, nameOf(at)), about, decode);
    return { object: body, warnings };
  }

  /** Deletes the objects that match the selectors, in a namespace or in the whole cluster. */
  async deleteCollection(
    resource: Resource,
    namespace: string | undefined,
    { labelSelector, fieldSelector, ...options }: DeleteCollectionOptions,
  ): Promise<DeleteCollectionResult> {
    assertSelectorLength('label', labelSelector);
    assertSelectorLength('field', fieldSelector);
    const query = { labelSelector, fieldSelector };
    const about = { signal: options.signal, resource, namespace, query, body: deleteOptionsOf(options) };
    const path = resourcePath(resource, { namespace });
    const decode = (answer: unknown) => decodeItemCount(answer, resource);
    const { body, warnings } = await this.#requests.write('DELETE', path, about, decode);
    return { count: body, warnings };
  }

  /**
   * Sends any other request that changes nothing, so that it may be sent twice: discovery, version, access reviews.
   * Returns the JSON body.
   */
  async request(
    method: 'GET' | 'POST',
    path: PathSegments,
    options: { readonly signal: AbortSignal; readonly body?: unknown },
  ): Promise<unknown> {
    return this.#requests.sendForJson(method, path, { ...options, repeatable: true });
  }

  /** Opens a subresource that is a stream, such as `log`. The caller must read or destroy the body. */
  async openStream(
    resource: ResourceName,
    at: ObjectName & { readonly subresource: string },
    { query, signal }: { readonly query: QueryParameters; readonly signal: AbortSignal },
  ): Promise<IncomingMessage> {
    return this.#requests.send('GET', resourcePath(resource, at), { signal, namespace: at.namespace, query });
  }

  /** Returns a client of the same API server that sends this bearer token and none of the gateway's credentials. */
  withToken(token: string): Client {
    return new Client(this.#requests.connection.withToken(token));
  }

  /** Returns a client of the same API server that sends the gateway's credentials and impersonates the user. */
  impersonating(user: ImpersonatedUser): Client {
    return new Client(this.#requests.connection.impersonating(user));
  }

  /** Reloads the credentials before the next request, as after 401 Unauthorized. */
  refreshCredentials(): void {
    this.#requests.refreshCredentials();
  }

  async #write<T extends KubernetesObject>(
    resource: Resource<T>,
    { method, namespace, name, contentType, body }: WriteRequest,
    options: WriteOptions,
  ): Promise<WriteResult<T>> {
    const { subresource, signal } = options;
    const query = { fieldManager: FIELD_MANAGER, ...writeQueryOf(options) };
    const response = await this.#requests.write(
      method,
      resourcePath(resource, { namespace, name, subresource }),
      { signal, resource, namespace, query, contentType, body },
      (object) => decodeWritten(object, resource, options),
    );
    return { object: response.body, warnings: response.warnings };
  }
}

interface WriteRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly contentType?: string;
  readonly body: unknown;
}

/** Returns the parts of the path, without other metadata. */
function nameOf({ namespace, name }: ObjectName): ObjectName {
  return { namespace, name };
}

/** Joins the selector of the cache policy and a further one. Objects must match both. */
function selectorOf({ cache: { labelSelector } }: Resource, further = ''): string | undefined {
  return [labelSelector, further].filter(Boolean).join(',') || undefined;
}

function leavesNameToServer(manifest: object): boolean {
  const { metadata } = manifest as { readonly metadata?: { readonly name?: string; readonly generateName?: string } };
  return !metadata?.name && Boolean(metadata?.generateName);
}
