import type { ExecutionResult } from 'graphql';
import type { RenderedEvent, RenderedMembers } from '../execution/compiled-event.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { OnRead } from '../viewer-client/scoped-lister.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import type { Dependencies } from './dependencies.ts';
import type { EventType, SubscriptionEvent, SubscriptionSource } from './source.ts';

/** One event as text, an ExecutionResult in JSON. Its bytes are encoded once for all subscribers of the same transport. */
export class SerializedEvent {
  readonly text: string;
  readonly #cursorOf: (() => string) | undefined;
  #encode: ((event: SerializedEvent) => Buffer) | undefined;
  #bytes: Buffer | undefined;
  /** Bytes of other encoders, if subscribers have different transports. */
  #others: Map<(event: SerializedEvent) => Buffer, Buffer> | undefined;

  /** @param cursorOf returns the cursor of the event. Undefined for subscriptions that cannot be resumed */
  constructor(text: string, cursorOf?: () => string) {
    this.text = text;
    this.#cursorOf = cursorOf;
  }

  /** Cursor of the event. Empty for subscriptions that cannot be resumed. */
  get cursor(): string {
    return this.#cursorOf?.() ?? '';
  }

  /** Returns `encode(this)`. Caches the result for each encoder: pass the same function each time, not a closure. */
  bytes(encode: (event: SerializedEvent) => Buffer): Buffer {
    if (this.#encode === encode && this.#bytes) return this.#bytes;
    const known = this.#others?.get(encode);
    if (known) return known;
    const bytes = encode(this);
    if (this.#encode) {
      this.#others ??= new Map();
      this.#others.set(encode, bytes);
    } else {
      this.#encode = encode;
      this.#bytes = bytes;
    }
    return bytes;
  }
}

/**
 * The serialized result of an operation for one object, with placeholders for event type and cursor. One execution thus
 * serves ADDED and MODIFIED, and every subscriber.
 */
export interface ResultTemplate {
  /** Everything but type and cursor. Two templates of equal content differ in nothing that the operation selects. */
  readonly content: string;
  /** @param cursorOf returns the cursor; called if the operation selects it */
  serialize(type: EventType, cursorOf: () => string): string;
}

/** Values of `cursor` and `type` while an event is executed; they are recognized in the result. */
const CURSOR_PLACEHOLDER = '@cursor';
const TYPE_PLACEHOLDER = 'MODIFIED' as const satisfies EventType;

/**
 * Returns the template of a result that was executed with {@link TYPE_PLACEHOLDER} and {@link CURSOR_PLACEHOLDER}.
 *
 * Example: `{ "data": { "workspaces": { "type": "MODIFIED", "cursor": "@cursor", "object": {…} } } }` becomes the parts
 * type, cursor and `"object":{…}`. `content` is the last part; `serialize` fills in the other two.
 */
function eventTemplate(result: ExecutionResult): ResultTemplate {
  const [entry] = Object.entries(result.data ?? {});
  const [field, payload] = entry ?? [];
  if (field === undefined || typeof payload !== 'object' || payload === null)
    return staticTemplate(JSON.stringify(result));
  const members = Object.entries(payload).map(([key, value]) => ({
    key: memberKey(key),
    value: JSON.stringify(value),
  }));
  const errors = result.errors ? `,"errors":${JSON.stringify(result.errors)}` : '';
  return membersTemplate({ field: memberKey(field), members }, errors);
}

function memberKey(name: string): string {
  return `${JSON.stringify(name)}:`;
}

/** Returns the template of members with {@link TYPE_PLACEHOLDER} and {@link CURSOR_PLACEHOLDER}. */
function membersTemplate({ field, members }: RenderedMembers, errors = ''): ResultTemplate {
  const parts = members.map(templatePart);
  const head = `{"data":{${field}{`;
  return {
    content: parts.filter((part) => typeof part === 'string').join() + errors,
    serialize: (type, cursorOf) =>
      `${head}${parts.map((part) => (typeof part === 'string' ? part : part(type, cursorOf))).join()}}}${errors}}`,
  };
}

type TemplatePart = string | ((type: EventType, cursorOf: () => string) => string);

function templatePart({ key, value }: RenderedMembers['members'][number]): TemplatePart {
  if (value === `"${CURSOR_PLACEHOLDER}"`) return (_, cursorOf) => `${key}"${cursorOf()}"`;
  if (value === `"${TYPE_PLACEHOLDER}"`) return (type) => `${key}"${type}"`;
  return key + value;
}

/** Returns the template of a result that contains neither type nor cursor. */
function staticTemplate(text: string): ResultTemplate {
  return { content: text, serialize: () => text };
}

/** Executes the operation for one event and reports each read of the cache to `onRead`. */
export type ExecuteEvent = (
  event: SubscriptionEvent<KubernetesObject>,
  signal: AbortSignal,
  onRead: OnRead,
) => Awaitable<ExecutionResult | RenderedEvent>;

interface RendererOptions {
  readonly shape: SubscriptionSource<KubernetesObject>['shape'];
  readonly execute: ExecuteEvent;
  readonly dependencies: Dependencies;
  /** Aborts when the shared subscription ends. */
  readonly signal: AbortSignal;
}

/** Executes the operation of a shared subscription for single objects. */
export class Renderer {
  readonly #options: RendererOptions;
  #empty: Awaitable<ResultTemplate> | undefined;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /** Renders an object of the result set. Its reads replace the dependencies that were recorded for it before. */
  renderTracked(object: KubernetesObject): Awaitable<ResultTemplate> {
    const { uid } = object.metadata;
    const { dependencies } = this.#options;
    dependencies.forget(uid);
    return this.#render(object, (objects, dependencyKey) => dependencies.record(uid, objects, dependencyKey));
  }

  /** Renders a past state of an object, with related objects in their current state. Records no dependencies. */
  renderUntracked(object: KubernetesObject, onRead: OnRead = ignoreRead): Awaitable<ResultTemplate> {
    return this.#render(object, onRead);
  }

  /** Renders an object that leaves the result set, and forgets its dependencies. */
  renderDeleted(object: KubernetesObject): Awaitable<ResultTemplate> {
    this.#options.dependencies.forget(object.metadata.uid);
    return this.#options.shape === 'events' ? this.renderUntracked(object) : this.renderEmpty();
  }

  /** Renders an event without an object: SYNCED, RESET, or the single object that does not exist. Executed once. */
  renderEmpty(): Awaitable<ResultTemplate> {
    this.#empty ??= this.#render(null, ignoreRead);
    return this.#empty;
  }

  #render(object: KubernetesObject | null, onRead: OnRead): Awaitable<ResultTemplate> {
    const { execute, shape, signal } = this.#options;
    const result = execute({ type: TYPE_PLACEHOLDER, object, cursor: CURSOR_PLACEHOLDER }, signal, onRead);
    return andThen(result, (executed) => templateOf(executed, shape));
  }
}

function templateOf(result: ExecutionResult | RenderedEvent, shape: RendererOptions['shape']): ResultTemplate {
  if ('members' in result) return membersTemplate(result);
  if ('result' in result) return staticTemplate(result.result);
  return shape === 'events' ? eventTemplate(result) : staticTemplate(JSON.stringify(result));
}

function ignoreRead(): void {
  // The rendered state is not kept, so later changes of its related objects do not matter.
}
