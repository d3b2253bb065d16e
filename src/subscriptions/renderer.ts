import type { ExecutionResult } from 'graphql';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { OnRead } from '../viewer-client/objects.ts';
import type { Dependencies } from './dependencies.ts';
import { CURSOR_PLACE, renderEvent, renderWhole, TYPE_PLACE, type Rendering } from './framing.ts';
import type { LiveEvent, LiveSource } from './live-source.ts';

/** Executes an operation for one event, telling what it reads of the cluster. */
export type ExecuteEvent = (
  event: LiveEvent<KubernetesObject>,
  signal: AbortSignal,
  onRead: OnRead,
) => Promise<ExecutionResult>;

interface RendererOptions {
  readonly shape: LiveSource<KubernetesObject>['shape'];
  readonly execute: ExecuteEvent;
  readonly dependencies: Dependencies;
  readonly signal: AbortSignal;
}

/** Makes of objects what an operation selects of them. */
export class Renderer {
  readonly #options: RendererOptions;
  #blank: Promise<Rendering> | undefined;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /** An object that readers have from now on: changes of what it is made from will matter. */
  async held(object: KubernetesObject): Promise<Rendering> {
    const { uid } = object.metadata;
    const { dependencies } = this.#options;
    dependencies.forget(uid);
    return this.#render(object, (objects, readKey) => dependencies.add(uid, objects, readKey));
  }

  /** An object as it was, with what is selected of other objects as they are now. */
  async past(object: KubernetesObject, onRead: OnRead = ignore): Promise<Rendering> {
    return this.#render(object, onRead);
  }

  /** An object that readers have no longer. */
  async gone(object: KubernetesObject): Promise<Rendering> {
    this.#options.dependencies.forget(object.metadata.uid);
    return this.#options.shape === 'events' ? this.past(object) : this.blank();
  }

  /** No object: SYNCED and RESET, or the one object that does not exist. */
  blank(): Promise<Rendering> {
    this.#blank ??= this.#render(null, ignore);
    return this.#blank;
  }

  async #render(object: KubernetesObject | null, onRead: OnRead): Promise<Rendering> {
    const { execute, shape, signal } = this.#options;
    const result = await execute({ type: TYPE_PLACE, object, cursor: CURSOR_PLACE }, signal, onRead);
    return shape === 'events' ? renderEvent(result) : renderWhole(result);
  }
}

function ignore(): void {
  // What is told once and not kept does not change any more.
}
