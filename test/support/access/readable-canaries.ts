import { canariesIn } from './canaries.ts';
import type { RbacModel, Subject } from './rbac-model.ts';
import { VisibilityModel, type StoredCluster } from './visibility-model.ts';

interface Moment {
  readonly at: number;
  readonly rbac: RbacModel;
  readonly stored: StoredCluster;
  /** What could be read with the rights of this moment of the cluster of another. */
  readonly words: WeakMap<StoredCluster, ReadonlySet<string>>;
}

/** What somebody could read when, so that it can be said of a word whether it may still be told. */
export class ReadableCanaries {
  readonly #subject: Subject;
  readonly #toleranceMs: number;
  readonly #moments: Moment[] = [];
  readonly #all = new Set<string>();

  /** @param toleranceMs how long rights that are lost may still count */
  constructor(subject: Subject, toleranceMs: number) {
    this.#subject = subject;
    this.#toleranceMs = toleranceMs;
  }

  /** From now on these are the rights, and this is what there is. */
  note(rbac: RbacModel, stored: StoredCluster): void {
    this.#moments.push({ at: Date.now(), rbac, stored, words: new WeakMap() });
    for (const word of canariesIn(JSON.stringify(Object.values(stored)))) this.#all.add(word);
  }

  /** The words in a text that could not be read lately: neither as things are, nor with the rights of a moment ago. */
  secretsIn(text: string, given: ReadonlySet<string>): readonly string[] {
    const suspects = [...canariesIn(text)].filter((word) => this.#all.has(word) && !given.has(word));
    const oldest = Date.now() - this.#toleranceMs;
    const first = this.#moments.findLastIndex(({ at }) => at <= oldest);
    const lately = this.#moments.slice(Math.max(first, 0)).toReversed();
    return lately.reduce<readonly string[]>(
      (left, moment) =>
        lately.reduce((rest, { stored }) => withoutReadable(rest, () => this.#words(moment, stored)), left),
      suspects,
    );
  }

  #words({ rbac, words }: Moment, stored: StoredCluster): ReadonlySet<string> {
    let known = words.get(stored);
    if (!known) {
      known = canariesIn(JSON.stringify(new VisibilityModel(rbac, this.#subject, stored).readable()));
      words.set(stored, known);
    }
    return known;
  }
}

function withoutReadable(words: readonly string[], readable: () => ReadonlySet<string>): readonly string[] {
  return words.length === 0 ? words : words.filter((word) => !readable().has(word));
}
