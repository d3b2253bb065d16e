import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { NetChange, Objects, Past } from '../../loaders/objects.ts';
import type { Place } from './cursor.ts';
import { Delivery } from './delivery.ts';
import type { Dependencies } from './dependencies.ts';
import type { Rendering } from './framing.ts';
import type { Holdings } from './holdings.ts';
import type { LiveSource } from './live-source.ts';
import type { Renderer } from './renderer.ts';

export interface ResumeOptions {
  readonly source: LiveSource<KubernetesObject>;
  readonly dependencies: Dependencies;
  readonly renderer: Renderer;
}

/** A resource that selected fields come from, and what has changed of it. */
interface Related {
  readonly objects: Objects<KubernetesObject>;
  readonly past: Past<KubernetesObject>;
}

/** One reader’s way from the place where it was to where its group is. */
export class Resume {
  readonly #place: Place;
  readonly #own: Past<KubernetesObject>;
  readonly #related: readonly Related[];

  private constructor(place: Place, own: Past<KubernetesObject>, related: readonly Related[]) {
    this.#place = place;
    this.#own = own;
    this.#related = related;
  }

  /** @returns undefined where what has happened since is no longer known */
  static async from(place: Place, { source, dependencies }: ResumeOptions): Promise<Resume | undefined> {
    if (place.version === '') return undefined;
    const own = await source.objects.since(place.version);
    const related = await Promise.all(
      dependencies.followed().map(async (objects) => {
        const version = place.related[objects.name];
        return { objects, past: version === undefined ? undefined : await objects.since(version) };
      }),
    );
    const known = related.flatMap(({ objects, past }) => (past ? [{ objects, past }] : []));
    return own && known.length === related.length ? new Resume(place, own, known) : undefined;
  }

  /**
   * What the reader has missed of what the others hold.
   * @returns undefined where it is no longer known
   */
  async missed(holdings: Holdings, options: ResumeOptions): Promise<Delivery[] | undefined> {
    const changes = this.#own();
    const touched = this.#touched(options.dependencies);
    if (!changes || !touched) return undefined;
    const own = new Set(changes.map(({ last }) => last.metadata.uid));
    const deliveries: Delivery[] = [];
    for (const change of changes) {
      const delivery = await this.#deliveryOf(change, holdings.get(change.last.metadata.uid), options);
      if (delivery) deliveries.push(delivery);
    }
    for (const uid of touched) {
      const rendering = own.has(uid) ? undefined : holdings.get(uid);
      if (rendering) deliveries.push(new Delivery({ type: 'MODIFIED', key: uid, rendering, since: this.#place }));
    }
    return deliveries;
  }

  async #deliveryOf(
    { before, after, last }: NetChange<KubernetesObject>,
    rendering: Rendering | undefined,
    { source, renderer }: ResumeOptions,
  ): Promise<Delivery | undefined> {
    const { uid: key } = last.metadata;
    const since = this.#place;
    const had = before !== undefined && source.matches(before);
    if (after && this.#place.ahead.includes(after.metadata.resourceVersion)) return undefined; // told before the watch came to it
    if (!rendering)
      return had ? new Delivery({ type: 'DELETED', key, rendering: await renderer.past(last), since }) : undefined;
    if (!had) return new Delivery({ type: 'ADDED', key, rendering, since });
    const past = await renderer.past(before);
    return past.text === rendering.text ? undefined : new Delivery({ type: 'MODIFIED', key, rendering, since });
  }

  /** The objects whose selected fields come from something that has changed. */
  #touched(dependencies: Dependencies): ReadonlySet<string> | undefined {
    const uids = new Set<string>();
    for (const { objects, past } of this.#related) {
      const changes = past();
      if (!changes) return undefined;
      for (const uid of dependencies.touchedBy(changes.flatMap((change) => objects.readKeysOf(change)))) uids.add(uid);
    }
    return uids;
  }
}
