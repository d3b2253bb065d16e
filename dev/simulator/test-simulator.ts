import { isJsonObject, type JsonObject, listAt, memberAt, objectAt, stringAt } from './json.ts';
import type { Manifest } from './api-object.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from './simulator.ts';

/** Definition of a small custom resource whose schema uses most of the supported keywords. */
export const WIDGET_DEFINITION: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        schema: { openAPIV3Schema: widgetSchema() },
      },
    ],
  },
};

function widgetSchema() {
  const mount = {
    type: 'object',
    required: ['path'],
    properties: { path: { type: 'string' }, readOnly: { type: 'boolean', default: false } },
  };
  const properties = {
    color: { type: 'string', enum: ['red', 'blue'] },
    size: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
    code: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
    port: { 'x-kubernetes-int-or-string': true },
    note: { type: 'string', nullable: true },
    when: { type: 'string', format: 'date-time' },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    shape: {
      type: 'string',
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: "Widget 'shape' is immutable" }],
    },
    mounts: {
      type: 'array',
      maxItems: 3,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['path'],
      items: mount,
    },
  };
  const spec = { type: 'object', required: ['color'], properties };
  const status = { type: 'object', properties: { state: { type: 'string' } } };
  return { type: 'object', required: ['spec'], properties: { spec, status } };
}

export const WIDGETS = '/apis/example.org/v1/namespaces/default/widgets';

/** Returns the manifest of a Widget in the namespace `default`. */
export function widget(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): Manifest {
  return {
    apiVersion: 'example.org/v1',
    kind: 'Widget',
    metadata: { ...metadata, name, namespace: 'default' },
    spec: { color: 'red', ...spec },
  };
}

/** HTTP response. `body` is the parsed JSON; empty if the text is not a JSON object. */
interface TestResponse {
  readonly status: number;
  readonly body: JsonObject;
  readonly text: string;
  readonly headers: Headers;
}

/** Starts a simulator that serves widgets, with functions that send requests as the administrator. */
export async function startTestSimulator(options: SimulatorOptions = {}): Promise<TestSimulator> {
  const objects = [WIDGET_DEFINITION, ...(options.objects ?? [])];
  const simulator = await startSimulator({ bookmarkIntervalMs: 50, ...options, objects });
  return {
    simulator,
    send: (method, path, body, type) => send(simulator, { method, path, body, type }),
    get: (path, accept) => send(simulator, { method: 'GET', path, accept }),
    watch: (query) => openWatch(simulator, query),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

/** Simulator with functions to send requests as the administrator. */
export interface TestSimulator extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly send: (method: string, path: string, body?: unknown, type?: string) => Promise<TestResponse>;
  readonly get: (path: string, accept?: string) => Promise<TestResponse>;
  /** Opens a watch on the widgets; resolves when its stream is open. */
  readonly watch: (query?: string) => Promise<TestWatch>;
}

interface SendOptions {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string | undefined;
  readonly accept?: string | undefined;
}

/** Connections are not kept: one that the server has destroyed is used until its client notices. */
const NO_KEEP_ALIVE = { Connection: 'close' };

async function send(simulator: Simulator, { method, path, body, type, accept }: SendOptions): Promise<TestResponse> {
  const response = await fetch(`${simulator.url}${path}`, {
    method,
    headers: {
      ...NO_KEEP_ALIVE,
      Authorization: `Bearer ${simulator.token}`,
      'Content-Type': type ?? 'application/json',
      ...(accept !== undefined && { Accept: accept }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: readJson(text) };
}

interface TestWatch extends AsyncDisposable {
  /** The next event as `TYPE name`, a bookmark as `BOOKMARK`, an error as `ERROR code`; undefined at the end, or when disposed of. */
  readonly next: () => Promise<string | undefined>;
  readonly nextEvent: () => Promise<JsonObject | undefined>;
  readonly nextLine: () => Promise<string | undefined>;
}

async function openWatch(simulator: Simulator, query = ''): Promise<TestWatch> {
  const headers = { ...NO_KEEP_ALIVE, Authorization: `Bearer ${simulator.token}` };
  const reading = new AbortController();
  const { signal } = reading;
  const response = await fetch(`${simulator.url}${WIDGETS}?watch=true&${query}`, { headers, signal });
  const lines = readLines(response, signal);
  const nextLine = async (): Promise<string | undefined> => (await lines.next()).value ?? undefined;
  const nextEvent = async (): Promise<JsonObject | undefined> => {
    const line = await nextLine();
    return line === undefined ? undefined : readJson(line);
  };
  return {
    nextLine,
    nextEvent,
    next: async () => titleOf(await nextEvent()),
    [Symbol.asyncDispose]: async () => {
      reading.abort(); // `return` alone waits for the next line, while one is read
      await lines.return();
    },
  };
}

function titleOf(event: JsonObject | undefined): string | undefined {
  if (!event) return undefined;
  const object = objectAt(event, 'object');
  const detail =
    stringAt(objectAt(object, 'metadata'), 'name') ?? (object['code'] === undefined ? '' : `${Number(object['code'])}`);
  return `${stringAt(event, 'type') ?? ''} ${detail}`.trim();
}

/** Ends when the response has ended or the signal aborts. */
async function* readLines(response: Response, signal: AbortSignal): AsyncGenerator<string, void> {
  if (!response.body) return;
  let rest = '';
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function readJson(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    // Tests read plain text and YAML from `text`.
    return {};
  }
}

/** Returns the names of the items of a list response. */
export function itemNames(answer: TestResponse): readonly string[] {
  return listAt(answer.body, 'items').map((item) => stringAt(memberAt(item, 'metadata'), 'name') ?? '');
}

/** Returns the resourceVersion of an object or list response. */
export function resourceVersionOf(answer: TestResponse): string {
  return stringAt(answer.body['metadata'], 'resourceVersion') ?? '';
}
