import type { WidgetObject } from './widget.ts';
import type { Change } from '../../src/cache/readonly-store.ts';

/** What a store is to hold and to tell, by the simplest means: lists, and differences between them. */
export class NaiveStore {
  objects: readonly WidgetObject[] = [];
  version: number;
  resets = 0;

  /** An empty one, as read at this version. */
  constructor(version: number) {
    this.version = version;
  }

  set(object: WidgetObject): void {
    const held = this.#named(object);
    if (held ? isNewer(object, held) : versionOf(object) > this.version) this.#become(object);
    this.advance(versionOf(object));
  }

  delete(object: WidgetObject): void {
    const held = this.#named(object);
    if (held && (uidOf(held) === uidOf(object) || !isNewer(held, object))) this.#without(held);
    this.advance(versionOf(object));
  }

  applyWriteResult(object: WidgetObject): void {
    const held = this.#named(object);
    const isFree = !held || (uidOf(held) === uidOf(object) && isNewer(object, held));
    if (versionOf(object) > this.version && isFree) this.#become(object);
  }

  advance(version: number): void {
    this.version = Math.max(this.version, version);
  }

  replace(listed: readonly WidgetObject[], version: number): void {
    if (version < this.version || listed.some((object) => this.#isFromEarlierEpoch(object, version))) {
      this.objects = listed;
      this.version = version;
      this.resets += 1;
      return;
    }
    const later = this.objects.filter((held) => versionOf(held) > version);
    const untouched = listed.filter((object) => !later.some((held) => keyOf(held) === keyOf(object)));
    this.objects = [...untouched, ...later];
    this.version = version;
  }

  #isFromEarlierEpoch(object: WidgetObject, version: number): boolean {
    const held = this.#named(object);
    if (!held) return false;
    if (versionOf(held) === versionOf(object)) return uidOf(held) !== uidOf(object);
    return isNewer(held, object) && versionOf(held) <= version;
  }

  #become(object: WidgetObject): void {
    this.objects = [...this.objects.filter((other) => keyOf(other) !== keyOf(object)), object];
  }

  #without(object: WidgetObject): void {
    this.objects = this.objects.filter((other) => other !== object);
  }

  #named(object: WidgetObject): WidgetObject | undefined {
    return this.objects.find((other) => keyOf(other) === keyOf(object));
  }
}

/** A change as a line of text. */
export function lineOf({ type, object }: Pick<Change<WidgetObject>, 'type' | 'object'>): string {
  return `${type} ${uidOf(object)}`;
}

/** What has to be told, in no particular order, when this has become of that. */
export function differences(before: readonly WidgetObject[], after: readonly WidgetObject[]): readonly string[] {
  const gone = before.filter((object) => !after.some((other) => uidOf(other) === uidOf(object)));
  const told = after.flatMap((object) => {
    const previous = before.find((other) => uidOf(other) === uidOf(object));
    if (!previous) return lineOf({ type: 'added', object });
    return versionOf(previous) === versionOf(object) ? [] : lineOf({ type: 'updated', object });
  });
  return [...gone.map((object) => lineOf({ type: 'deleted', object })), ...told].sort();
}

export function versionOf({ metadata }: WidgetObject): number {
  return Number(metadata.resourceVersion);
}

function isNewer(object: WidgetObject, than: WidgetObject): boolean {
  return versionOf(object) > versionOf(than);
}

function uidOf({ metadata }: WidgetObject): string {
  return metadata.uid;
}

function keyOf({ metadata }: WidgetObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}
