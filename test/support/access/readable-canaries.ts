import { canariesIn } from './canaries.ts';
import type { RbacModel, Subject } from './rbac-model.ts';
import { VisibilityModel, type StoredCluster } from './visibility-model.ts';

interface Moment {
  readonly at: number;
  readonly rbac: RbacModel;
  readonly stored: StoredCluster;
  /** Canaries readable with the permissions of this record, by the objects of any record. */
  readonly words: WeakMap<StoredCluster, ReadonlySet<string>>;
}

/** History of permissions and objects, which decides whether a user may still receive a canary. */
export class ReadableCanaries {
  readonly #subject: Subject;
  readonly #toleranceMs: number;
  readonly #moments: Moment[] = [];
  readonly #all = new Set<string>();

  /** @param toleranceMs time for which revoked permissions may still apply */
  constructor(subject: Subject, toleranceMs: number) {
    this.#subject = subject;
    this.#toleranceMs = toleranceMs;
  }

  /** Records the permissions and objects that apply from now on. */
  note(rbac: RbacModel, stored: StoredCluster): void {
    this.#moments.push({ at: Date.now(), rbac, stored, words: new WeakMap() });
    for (const word of canariesIn(JSON.stringify(Object.values(stored)))) this.#all.add(word);
  }

  /** Returns the canaries in a text that the user could not read at any time within the tolerance. */
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

  /** The gateway watches each resource on its own, so it may have the namespaces of the permissions with later or earlier objects. */
  #words({ rbac, words, stored: { namespaces } }: Moment, stored: StoredCluster): ReadonlySet<string> {
    let known = words.get(stored);
    if (!known) {
      const clusters = [stored, { ...stored, namespaces }];
      const readable = clusters.map((each) => new VisibilityModel(rbac, this.#subject, each).readable());
      known = canariesIn(JSON.stringify(readable));
      words.set(stored, known);
    }
    return known;
  }
}

function withoutReadable(words: readonly string[], readable: () => ReadonlySet<string>): readonly string[] {
  return words.length === 0 ? words : words.filter((word) => !readable().has(word));
}
