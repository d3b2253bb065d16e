import type { IncomingMessage } from 'node:http';
import { failureOf, readJson, warningsOf } from './answer.ts';
import type { Connection, ImpersonatedUser } from './connection.ts';
import { decodeObject, decodeVersion } from './decode.ts';
import type { KubernetesObject, ObjectName } from './object.ts';
import { pathOf, type Resource, type ResourceName } from './resource.ts';
import { isBroken, StatusError } from './status-error.ts';
import {
  patchMediaTypes,
  type ListOptions,
  type ObjectList,
  type PatchType,
  type WatchOptions,
  type WriteOptions,
  type Written,
} from './verbs.ts';
import { readWatchStream } from './watch-stream.ts';

const FIELD_MANAGER = 'workspaces-gateway';
const REQUEST_TIMEOUT_MS = 30_000;
const PAGE_SIZE = 500;
const initialEvents = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', resourceVersion: '' };

/**
 * The verbs of the Kubernetes API. Every method throws {@link StatusError}: what the server said, `Unreachable` when it
 * could not be asked, `Timeout` when it did not answer in 30 s, and then a write may or may not have happened.
 */
export class Client {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * The objects that are of interest, and of each what is kept. Those that are not what they should be are passed over
   * and told to `onMalformed`: one never costs the list.
   */
  async list<T extends KubernetesObject>(
    resource: Resource<T>,
    { namespace, signal, exactly, ...query }: ListOptions,
    onMalformed: (error: TypeError) => void,
  ): Promise<ObjectList<T>> {
    const version = exactly && !query.continue ? { resourceVersion: exactly, resourceVersionMatch: 'Exact' } : {};
    const labelSelector = selectorOf(resource, query.labelSelector);
    const path = `${pathOf(resource, namespace)}${queryOf({ ...query, ...version, labelSelector })}`;
    const body = await this.#json('GET', path, { signal, resource });
    const { items, metadata } = body as { items?: readonly unknown[] | null; metadata?: { continue?: string } };
    const decoded = (items ?? []).flatMap((item) => {
      try {
        return [decodeObject(item, resource, 'kept')];
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
    options: Omit<ListOptions, 'limit' | 'continue'>,
    onMalformed: (error: TypeError) => void,
  ): Promise<ObjectList<T>> {
    const items: T[] = [];
    let page: ObjectList<T> | undefined;
    do {
      page = await this.list(resource, { ...options, limit: PAGE_SIZE, continue: page?.continue }, onMalformed);
      items.push(...page.items);
    } while (page.continue !== undefined);
    return { items, resourceVersion: page.resourceVersion };
  }

  /** Returns when the server ends the stream; an ERROR event is thrown. The signal ends it too, with its own reason. */
  async watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions<T>): Promise<void> {
    const { resourceVersion, timeoutSeconds, signal } = options;
    const start = resourceVersion === undefined ? initialEvents : { resourceVersion };
    const labelSelector = selectorOf(resource);
    const query = queryOf({ watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds, ...start, labelSelector });
    const head = new AbortController();
    const late = setTimeout(() => head.abort(), options.idleTimeoutMs);
    try {
      const both = AbortSignal.any([signal, head.signal]);
      const response = await this.#answer('GET', `${pathOf(resource)}${query}`, { signal: both, resource });
      clearTimeout(late);
      await readWatchStream(response, { ...options, resource });
    } catch (error) {
      signal.throwIfAborted();
      if (!head.signal.aborted) throw error;
      throw timeout(`The API server did not begin the watch within ${options.idleTimeoutMs} ms.`);
    } finally {
      clearTimeout(late);
    }
  }

  async get<T extends KubernetesObject>(resource: Resource<T>, at: ObjectName, signal: AbortSignal): Promise<T> {
    const { namespace, name } = at;
    return decodeObject(
      await this.#json('GET', pathOf(resource, namespace, name), { signal, resource, namespace }),
      resource,
    );
  }

  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    manifest: object,
    options: WriteOptions & { readonly namespace?: string | undefined },
  ): Promise<Written<T>> {
    return this.#write(resource, { method: 'POST', namespace: options.namespace, body: manifest }, options);
  }

  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    manifest: object,
    options: WriteOptions,
  ): Promise<Written<T>> {
    return this.#write(resource, { method: 'PUT', ...at, body: manifest }, options);
  }

  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    at: ObjectName,
    patch: { readonly type: PatchType; readonly body: unknown },
    options: WriteOptions,
  ): Promise<Written<T>> {
    const contentType = patchMediaTypes[patch.type];
    return this.#write(resource, { method: 'PATCH', ...at, contentType, body: patch.body }, options);
  }

  async delete(resource: Resource, at: ObjectName, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const path = pathOf(resource, at.namespace, at.name);
    await sent(`DELETE ${path}`, this.#json('DELETE', path, { signal, resource, namespace: at.namespace }));
  }

  /** Any other document of the API: discovery, version, reviews. */
  async document(
    method: 'GET' | 'POST',
    path: string,
    options: { readonly signal: AbortSignal; readonly body?: unknown },
  ): Promise<unknown> {
    return this.#json(method, path, options);
  }

  /** A part of an object that is no document, such as its log: the answer’s body is still to be read. */
  async open(
    resource: ResourceName,
    { namespace, name, subresource }: ObjectName & { readonly subresource: string },
    { query, signal }: { readonly query: QueryParameters; readonly signal: AbortSignal },
  ): Promise<IncomingMessage> {
    const path = `${pathOf(resource, namespace, name)}/${subresource}${queryOf(query)}`;
    return this.#answer('GET', path, { signal, namespace });
  }

  /** The same API server, asked with somebody's bearer token and nothing of ours. */
  withToken(token: string): Client {
    return new Client(this.#connection.withToken(token));
  }

  /** The same API server, asked by us in somebody's name. */
  impersonating(user: ImpersonatedUser): Client {
    return new Client(this.#connection.impersonating(user));
  }

  /** Has the credentials read anew, as after a 401. */
  refreshCredentials(): void {
    this.#connection.refreshCredentials();
  }

  async #write<T extends KubernetesObject>(
    resource: Resource<T>,
    { method, namespace, name, contentType, body }: WriteRequest,
    { dryRun, subresource, signal }: WriteOptions,
  ): Promise<Written<T>> {
    const path = `${pathOf(resource, namespace, name)}${subresource ? `/${subresource}` : ''}`;
    const query = queryOf({ fieldManager: FIELD_MANAGER, dryRun: dryRun ? 'All' : undefined });
    const written = inTime(`${method} ${path}`, signal, async (limited) => {
      const about = { signal: limited, resource, namespace, contentType, body };
      const response = await this.#answer(method, `${path}${query}`, about);
      return { object: decodeObject(await readJson(response), resource), warnings: warningsOf(response) };
    });
    return sent(`${method} ${path}`, written);
  }

  async #json(method: string, path: string, options: AskOptions): Promise<unknown> {
    return inTime(`${method} ${path}`, options.signal, async (signal) =>
      readJson(await this.#answer(method, path, { ...options, signal })),
    );
  }

  /** Sends a request and lets only a good answer through. */
  async #answer(method: string, path: string, options: AskOptions): Promise<IncomingMessage> {
    const { signal, contentType, body } = options;
    const response = await this.#connection.send({
      method,
      path,
      headers: {
        accept: 'application/json',
        'user-agent': FIELD_MANAGER,
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    if ((response.statusCode ?? 500) < 300) return response;
    throw await failureOf(response, options);
  }
}

interface WriteRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly contentType?: string;
  readonly body: unknown;
}

interface AskOptions {
  readonly signal: AbortSignal;
  readonly resource?: Resource;
  readonly namespace?: string | undefined;
  readonly contentType?: string | undefined;
  readonly body?: unknown;
}

async function inTime<R>(what: string, signal: AbortSignal, ask: (signal: AbortSignal) => Promise<R>): Promise<R> {
  const limit = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  try {
    return await ask(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    throw timeout(`The API server did not answer ${what} within ${REQUEST_TIMEOUT_MS / 1_000} s.`);
  }
}

/** What a write that was sent comes to, if its answer comes. */
async function sent<R>(what: string, answer: Promise<R>): Promise<R> {
  try {
    return await answer;
  } catch (error) {
    if (!isBroken(error)) throw error;
    throw timeout(`The connection broke after ${what} was sent: it may or may not have happened.`);
  }
}

function timeout(message: string): StatusError {
  return new StatusError({ code: 504, reason: 'Timeout', message });
}

type QueryParameters = Readonly<Record<string, string | number | undefined>>;

/** An object has to match both. */
function selectorOf({ labelSelector }: Resource, further = ''): string | undefined {
  return [labelSelector, further].filter(Boolean).join(',') || undefined;
}

function queryOf(parameters: QueryParameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
