import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiConnection, type ApiConnection } from '../../src/kubernetes/api-connection.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { waitFor } from '../support/wait-for.ts';

/** Body of a response: an object, a list, a Status or a Table. The fields are not validated; tests check them. */
export interface ApiBody {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: ApiMeta;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly items?: readonly ApiBody[];
  readonly status?: unknown;
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: ApiDetails;
}

interface ApiMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: unknown;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

interface ApiDetails {
  readonly causes?: readonly { readonly reason?: string; readonly field?: string; readonly message?: string }[];
}

export interface ApiResponse {
  /** HTTP status. */
  readonly code: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Empty if the response is not JSON. */
  readonly body: ApiBody;
}

const patchTypes = {
  JSON: 'application/json-patch+json',
  MERGE: 'application/merge-patch+json',
  STRATEGIC: 'application/strategic-merge-patch+json',
} as const;

interface Exchange {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** Replaces the token of the kubeconfig. */
  readonly token?: string;
}

/** HTTP client of an API server, with the address and credentials of a kubeconfig. */
export class ApiClient {
  readonly #connection: ApiConnection;
  readonly #repeatable: boolean;

  /** @param options.keepAlive whether connections are kept for the next request, which may then be sent twice */
  static async connect(kubeconfig: string, { keepAlive = false } = {}): Promise<ApiClient> {
    return new ApiClient(await createApiConnection({ type: 'text', text: kubeconfig }), keepAlive);
  }

  private constructor(connection: ApiConnection, repeatable: boolean) {
    this.#connection = connection;
    this.#repeatable = repeatable;
  }

  get url(): string {
    return this.#connection.server;
  }

  get(path: string, accept?: string): Promise<ApiResponse> {
    return this.send('GET', path, accept === undefined ? {} : { accept });
  }

  post(path: string, body: unknown): Promise<ApiResponse> {
    return this.send('POST', path, { body });
  }

  put(path: string, body: unknown): Promise<ApiResponse> {
    return this.send('PUT', path, { body });
  }

  patch(path: string, type: keyof typeof patchTypes, body: unknown): Promise<ApiResponse> {
    return this.send('PATCH', path, { body, contentType: patchTypes[type] });
  }

  delete(path: string, options?: unknown): Promise<ApiResponse> {
    return this.send('DELETE', path, options === undefined ? {} : { body: options });
  }

  /**
   * Sends a request, and retries after 429, which the server sends until the cache of a custom resource has synced. A
   * string body is sent unchanged.
   */
  async send(method: string, path: string, exchange: Exchange = {}): Promise<ApiResponse> {
    const response = await this.#settled(() => this.#open(method, path, exchange, new AbortController().signal));
    const text = await readText(response);
    return { code: response.statusCode ?? 0, headers: response.headers, text, body: readBody(text) };
  }

  /** Opens a watch. Resolves when its stream is open or rejected. */
  async watch(path: string, accept?: string): Promise<WatchStream> {
    const ended = new AbortController();
    const target = `${path}${path.includes('?') ? '&' : '?'}watch=true`;
    const exchange = accept === undefined ? {} : { accept };
    const response = await this.#settled(() => this.#open('GET', target, exchange, ended.signal));
    return new WatchStream(response, ended);
  }

  /** Creates a prerequisite of a test. @throws {Error} if it is rejected */
  async create(path: string, manifest: Manifest): Promise<ApiBody> {
    const { code, body, text } = await this.post(path, manifest);
    if (code !== 201) throw new Error(`${path} answered ${code}: ${text}`);
    return body;
  }

  /** Creates a namespace for one test. */
  async namespace(): Promise<string> {
    const metadata = { generateName: 'test-' };
    const { metadata: created } = await this.create('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
    });
    return created?.name ?? '';
  }

  /** Creates a definition. Resolves when its kind is served. */
  async define(definition: Manifest): Promise<void> {
    await this.create(DEFINITIONS, definition);
    // Until it is established, requests may reach a deleted definition of the same name.
    const isEstablished = async () =>
      conditionsIn(await this.get(`${DEFINITIONS}/${definition.metadata.name}`)).includes('Established True');
    await waitFor(isEstablished, `${definition.metadata.name} is established`);
    const { group, names, versions } = definition['spec'] as DefinitionSpec;
    const path = `/apis/${group}/${versions[0]?.name}/${names.plural}`;
    await waitFor(async () => (await this.get(path)).code === 200, `${names.plural} are served`);
  }

  /** Resolves when a definition that has been deleted is gone, after its objects. */
  async definitionEnds(name: string): Promise<void> {
    const isGone = async () => (await this.get(`${DEFINITIONS}/${name}`)).code === 404;
    await waitFor(isGone, `${name} is gone`, DEFINITION_ENDS_MS);
  }

  async #settled(open: () => Promise<IncomingMessage>): Promise<IncomingMessage> {
    const response = await open();
    if (response.statusCode !== 429) return response;
    response.resume();
    await delay(Number(response.headers['retry-after'] ?? 1) * 1_000);
    return this.#settled(open);
  }

  #open(method: string, path: string, exchange: Exchange, signal: AbortSignal): Promise<IncomingMessage> {
    const { body, contentType = 'application/json', accept = 'application/json', token } = exchange;
    const headers = { accept, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const repeatable = this.#repeatable;
    if (body === undefined) return this.#connection.send({ method, path, headers, signal, repeatable });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    // Node sets no Content-Length for the body of a DELETE.
    const framed = { ...headers, 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) };
    return this.#connection.send({ method, path, headers: framed, body: text, signal, repeatable });
  }
}

/** kube-apiserver waits up to a minute for the end of a definition's objects, and then tries again. */
export const DEFINITION_ENDS_MS = 100_000;

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface DefinitionSpec {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string }[];
}

/** One line of a watch. */
export interface ApiEvent {
  readonly type: string;
  readonly object: ApiBody;
}

/** An open watch, read event by event. */
export class WatchStream implements Disposable {
  readonly code: number;
  readonly #ended: AbortController;
  readonly #lines: AsyncIterator<string>;

  constructor(response: IncomingMessage, ended: AbortController) {
    this.code = response.statusCode ?? 0;
    this.#ended = ended;
    response.on('error', () => response.destroy()); // disposed of, or cut: the lines end
    this.#lines = createInterface({ input: response })[Symbol.asyncIterator]();
  }

  /** The next event, bookmarks too; undefined when the stream ends or is cut. A refusal counts as an ERROR event. */
  async next(): Promise<ApiEvent | undefined> {
    const { value, done } = await this.#lines.next().catch(() => ({ value: '', done: true }));
    if (done) return undefined;
    return this.code < 300 ? (JSON.parse(value) as ApiEvent) : { type: 'ERROR', object: readBody(value) };
  }

  /** The next event that is no bookmark, as `TYPE name`; undefined at the end. */
  async nextTitle(): Promise<string | undefined> {
    const event = await this.next();
    if (event?.type === 'BOOKMARK') return this.nextTitle();
    return event && `${event.type} ${event.object.metadata?.name ?? event.object.code}`;
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }
}

/** Returns the path of the collection of a manifest. Its plural is the kind with an `s`. */
export function collectionOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  return `${group}${namespace}/${kind.toLowerCase()}s`;
}

export function versionOf({ body }: ApiResponse): string {
  return body.metadata?.resourceVersion ?? '';
}

export function namesIn({ body }: ApiResponse): readonly string[] {
  return (body.items ?? []).map(({ metadata }) => metadata?.name ?? '');
}

/** Conditions in the status of an object, as `type status`. */
export function conditionsIn({ body }: ApiResponse): readonly string[] {
  const { conditions } = Object(body.status) as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[] | null;
  };
  return (conditions ?? []).map(({ type, status }) => `${type} ${status}`);
}

/** Why an object was refused, as `reason field`, in alphabetical order. */
export function causesIn({ body }: ApiResponse): readonly string[] {
  return (body.details?.causes ?? []).map(({ reason, field }) => `${reason} ${field}`).toSorted();
}

function readBody(text: string): ApiBody {
  try {
    return JSON.parse(text) as ApiBody;
  } catch {
    return {}; // plain text, or YAML
  }
}
