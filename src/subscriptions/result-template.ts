import type { ExecutionResult } from 'graphql';
import type { EventType, SubscriptionEvent, SubscriptionSource } from './source.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { OnRead } from '../viewer-client/scoped-lister.ts';
import type { Dependencies } from './dependencies.ts';

/** One event as its readers get it. Its bytes are worked out once for all who want them in the same form. */
export class SerializedEvent {
  readonly text: string;
  readonly cursor: string;
  #encode: ((frame: SerializedEvent) => Buffer) | undefined;
  #bytes: Buffer | undefined;

  constructor(text: string, cursor: string) {
    this.text = text;
    this.cursor = cursor;
  }

  bytes(encode: (frame: SerializedEvent) => Buffer): Buffer {
    if (this.#encode === encode && this.#bytes) return this.#bytes;
    this.#encode = encode;
    this.#bytes = encode(this);
    return this.#bytes;
  }
}

/**
 * What an operation selects of one object, as text: equal texts mean that nothing selected has changed. An event's frame
 * is made from it by filling in type and cursor, so that one execution serves ADDED and MODIFIED, and every reader.
 */
export interface ResultTemplate {
  readonly content: string;
  serialize(type: EventType, cursor: string): string;
}

/** Stands for the cursor, and for the type, while an event is executed. */
export const CURSOR_PLACEHOLDER = '@cursor';
export const TYPE_PLACEHOLDER = 'MODIFIED' as const satisfies EventType;

/** Renders the result of one event that was executed with {@link TYPE_PLACEHOLDER} and {@link CURSOR_PLACEHOLDER}. */
export function eventTemplate(result: ExecutionResult): ResultTemplate {
  const [entry] = Object.entries(result.data ?? {});
  const [field, payload] = entry ?? [];
  if (field === undefined || typeof payload !== 'object' || payload === null) return staticTemplate(result);
  const parts = Object.entries(payload).map(([key, value]) => templatePart(key, value));
  const errors = result.errors ? `,"errors":${JSON.stringify(result.errors)}` : '';
  const head = `{"data":{${JSON.stringify(field)}:{`;
  return {
    content: parts.filter((part) => typeof part === 'string').join() + errors,
    serialize: (type, cursor) =>
      `${head}${parts.map((part) => (typeof part === 'string' ? part : part(type, cursor))).join()}}}${errors}}`,
  };
}

/** Renders a result that is the same for every type and cursor. */
export function staticTemplate(result: ExecutionResult): ResultTemplate {
  const text = JSON.stringify(result);
  return { content: text, serialize: () => text };
}

type TemplatePart = string | ((type: EventType, cursor: string) => string);

function templatePart(key: string, value: unknown): TemplatePart {
  const name = JSON.stringify(key);
  if (value === CURSOR_PLACEHOLDER) return (_, cursor) => `${name}:"${cursor}"`;
  if (value === TYPE_PLACEHOLDER) return (type) => `${name}:"${type}"`;
  return `${name}:${JSON.stringify(value)}`;
}

/** Executes an operation for one event, telling what it reads of the cluster. */
export type ExecuteEvent = (
  event: SubscriptionEvent<KubernetesObject>,
  signal: AbortSignal,
  onRead: OnRead,
) => Promise<ExecutionResult>;

interface RendererOptions {
  readonly shape: SubscriptionSource<KubernetesObject>['shape'];
  readonly execute: ExecuteEvent;
  readonly dependencies: Dependencies;
  readonly signal: AbortSignal;
}

/** Makes of objects what an operation selects of them. */
export class Renderer {
  readonly #options: RendererOptions;
  #blank: Promise<ResultTemplate> | undefined;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /** An object that readers have from now on: changes of what it is made from will matter. */
  async renderTracked(object: KubernetesObject): Promise<ResultTemplate> {
    const { uid } = object.metadata;
    const { dependencies } = this.#options;
    dependencies.forget(uid);
    return this.#render(object, (objects, dependencyKey) => dependencies.record(uid, objects, dependencyKey));
  }

  /** An object as it was, with what is selected of other objects as they are now. */
  async renderUntracked(object: KubernetesObject, onRead: OnRead = ignore): Promise<ResultTemplate> {
    return this.#render(object, onRead);
  }

  /** An object that readers have no longer. */
  async renderDeleted(object: KubernetesObject): Promise<ResultTemplate> {
    this.#options.dependencies.forget(object.metadata.uid);
    return this.#options.shape === 'events' ? this.renderUntracked(object) : this.renderEmpty();
  }

  /** No object: SYNCED and RESET, or the one object that does not exist. */
  renderEmpty(): Promise<ResultTemplate> {
    this.#blank ??= this.#render(null, ignore);
    return this.#blank;
  }

  async #render(object: KubernetesObject | null, onRead: OnRead): Promise<ResultTemplate> {
    const { execute, shape, signal } = this.#options;
    const result = await execute({ type: TYPE_PLACEHOLDER, object, cursor: CURSOR_PLACEHOLDER }, signal, onRead);
    return shape === 'events' ? eventTemplate(result) : staticTemplate(result);
  }
}

function ignore(): void {
  // What is told once and not kept does not change any more.
}
