import { keyOf } from '../../../src/kubernetes/object.ts';
import { isNotFound, StatusError } from '../../../src/kubernetes/status-error.ts';
import { Events } from '../event.ts';
import type { Pod } from '../pod.ts';
import type { ControllerContext } from './controller-context.ts';
import { podEvents, type EventManifest, type PodLifecycleEvent } from './pod-events.ts';

/** How many events are kept of the pods of one name: there is nobody here who lets them expire. */
const KEPT_EVENTS = 30;

/** Records what happens to pods. As everywhere, events are told as well as can be: one that is refused is lost. */
export class EventRecorder {
  readonly #context: ControllerContext;
  readonly #recorded = new Map<string, string[]>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async record(pod: Pod, lifecycleEvent: PodLifecycleEvent): Promise<void> {
    const now = this.#context.now();
    for (const event of podEvents(pod, lifecycleEvent, { at: now, now })) await this.#tell(event, keyOf(pod.metadata));
  }

  async #tell(event: EventManifest, about: string): Promise<void> {
    const { client, signal } = this.#context;
    const { name, namespace } = event.metadata;
    try {
      await client.create(Events, event, { namespace, signal });
      await this.#forget(about, name, namespace);
    } catch (error) {
      // It has happened before, the namespace is going, or we may not: nothing depends on events.
      if (!(error instanceof StatusError)) throw error;
    }
  }

  async #forget(about: string, name: string, namespace: string): Promise<void> {
    const names = this.#recorded.get(about) ?? [];
    this.#recorded.set(about, [...names, name].slice(-KEPT_EVENTS));
    const [oldest] = names.length < KEPT_EVENTS ? [] : names;
    if (oldest === undefined) return;
    const { client, signal } = this.#context;
    await client.delete(Events, { namespace, name: oldest }, { signal }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error; // Someone else has tidied up.
    });
  }
}
