import type { WidgetObject } from './widget.ts';
import type { Change } from '../../src/cache/store-events.ts';

/** A reference implementation of a store: lists of objects, and the differences between them. */
export class NaiveStore {
  objects: readonly WidgetObject[] = [];
  version: number;
  resets = 0;

  /** @param version version of the first list, which is empty */
  constructor(version: number) {
    this.version = version;
  }

  set(object: WidgetObject): void {
    const held = this.#find(object);
    if (held ? isNewer(object, held) : versionOf(object) > this.version) this.#replaceNamed(object);
    this.advance(versionOf(object));
  }

  delete(object: WidgetObject): void {
    const held = this.#find(object);
    if (held && (uidOf(held) === uidOf(object) || !isNewer(held, object))) this.#remove(held);
    this.advance(versionOf(object));
  }

  applyWriteResult(object: WidgetObject): void {
    const held = this.#find(object);
    const isApplicable = !held || (uidOf(held) === uidOf(object) && isNewer(object, held));
    if (versionOf(object) > this.version && isApplicable) this.#replaceNamed(object);
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
    const unchanged = listed.filter((object) => !later.some((held) => keyOf(held) === keyOf(object)));
    this.objects = [...unchanged, ...later];
    this.version = version;
  }

  #isFromEarlierEpoch(object: WidgetObject, version: number): boolean {
    const held = this.#find(object);
    if (!held) return false;
    if (versionOf(held) === versionOf(object)) return uidOf(held) !== uidOf(object);
    return isNewer(held, object) && versionOf(held) <= version;
  }

  #replaceNamed(object: WidgetObject): void {
    this.objects = [...this.objects.filter((other) => keyOf(other) !== keyOf(object)), object];
  }

  #remove(object: WidgetObject): void {
    this.objects = this.objects.filter((other) => other !== object);
  }

  #find(object: WidgetObject): WidgetObject | undefined {
    return this.objects.find((other) => keyOf(other) === keyOf(object));
  }
}

/** Returns a change as a line of text. */
export function lineOf({ type, object }: Pick<Change<WidgetObject>, 'type' | 'object'>): string {
  return `${type} ${uidOf(object)}`;
}

/** Returns the events between two states, in alphabetical order. */
export function differences(before: readonly WidgetObject[], after: readonly WidgetObject[]): readonly string[] {
  const deleted = before.filter((object) => !after.some((other) => uidOf(other) === uidOf(object)));
  const changed = after.flatMap((object) => {
    const previous = before.find((other) => uidOf(other) === uidOf(object));
    if (!previous) return lineOf({ type: 'added', object });
    return versionOf(previous) === versionOf(object) ? [] : lineOf({ type: 'updated', object });
  });
  return [...deleted.map((object) => lineOf({ type: 'deleted', object })), ...changed].sort();
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
