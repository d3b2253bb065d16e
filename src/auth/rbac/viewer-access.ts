import { LRUCache } from 'lru-cache';
import { attributesKey, type ResourceAttributes } from '../resource-attributes.ts';
import type { AccessReview, Viewer } from '../viewer.ts';
import { EVERYTHING, isAffected, type AccessChange } from './access-change.ts';
import { isCandidate, type Candidates } from './candidates.ts';
import { actionKey, type Action } from './policy-rules.ts';
import type { RbacIndex, IndexInterruption } from './rbac-index.ts';
import { subjectKeysOf } from './subjects.ts';

/** Time within which the API server's authorizer, which watches too, follows a change that this process has received. */
const SETTLING_MS = 5_000;
const CLOCK_STEP_MS = 0.001;
const MAX_CHANGES = 64;
const MAX_CANDIDATES_BYTES = 32 * 2 ** 20;
const CANDIDATES_BYTES = 800;
const NAME_BYTES = 50;
/** Memory of the viewers: of one with all its changes, and of each user or group without its name. */
const [MAX_VIEWERS_BYTES, VIEWER_BYTES, SUBJECT_BYTES] = [64 * 2 ** 20, 5_000, 100];
const SAMPLES = 2;
const SAMPLE_INTERVAL_MS = 60_000;
const RBAC_REASON = /\bRBAC: allowed by\b/u;
/** Members may do everything, by an authorizer of its own. */
const MASTERS = 'system:masters';

interface ViewerAccessesOptions {
  readonly index: RbacIndex;
  /** Returns monotonic time in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
  /** Called for the first viewer who gets a permission that is not from RBAC. */
  readonly onForeignPermission?: (user: string, attributes: ResourceAttributes, reason: string) => void;
}

/**
 * The {@link ViewerAccess} of each viewer, by key. Of more than 64 MiB, which 10,000 viewers with a few groups have, and of more than
 * 32 MiB of candidates of all viewers, the least recently used are discarded.
 */
export class ViewerAccesses {
  readonly index: RbacIndex;
  readonly #options: ViewerAccessesOptions;
  readonly #viewers = new LRUCache<string, ViewerAccess>({
    maxSize: MAX_VIEWERS_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
    dispose: (access) => access[Symbol.dispose](),
  });
  readonly #candidates = new LRUCache<string, Candidates>({
    maxSize: MAX_CANDIDATES_BYTES,
    sizeCalculation: sizeOfCandidates,
  });
  #created = 0;
  #hasForeignPermissions = false;

  constructor(options: ViewerAccessesOptions) {
    this.#options = options;
    this.index = options.index;
  }

  /** Whether a viewer has had a permission that is not from RBAC. */
  get hasForeignPermissions(): boolean {
    return this.#hasForeignPermissions;
  }

  of(viewer: Viewer): ViewerAccess {
    const known = this.#viewers.get(viewer.key);
    if (known) return known;
    const { index, now = () => performance.now() } = this.#options;
    this.#created += 1;
    const created = new ViewerAccess(viewer, {
      index,
      now,
      candidates: this.#candidates,
      number: this.#created,
      onForeignPermission: (...about) => this.#report(...about),
    });
    this.#viewers.set(viewer.key, created);
    return created;
  }

  #report(...about: Parameters<NonNullable<ViewerAccessesOptions['onForeignPermission']>>): void {
    if (this.#hasForeignPermissions) return;
    this.#hasForeignPermissions = true;
    this.#options.onForeignPermission?.(...about);
  }
}

interface ViewerAccessOptions extends Required<ViewerAccessesOptions> {
  /** Candidates of all viewers. */
  readonly candidates: LRUCache<string, Candidates>;
  /** Number that no other viewer has. */
  readonly number: number;
}

/**
 * The RBAC index, as one viewer is concerned: candidates, recent changes, and whether all permissions come from RBAC. A
 * viewer with a permission from another authorizer has no candidates from then on: every target has to be reviewed.
 *
 * Does not retain the viewer, whose token may be long.
 */
export class ViewerAccess implements Disposable {
  readonly #name: string;
  readonly #options: ViewerAccessOptions;
  readonly #subjects: readonly string[];
  /** Begins the keys of the viewer's candidates, until a change. */
  #keyPrefix: string;
  readonly #isMaster: boolean;
  readonly #removeHandler: () => void;
  /** Recent changes, oldest first. */
  readonly #changes: { readonly at: number; readonly change: AccessChange }[] = [];
  readonly #createdAt: number;
  /** Changes up to this time were discarded. */
  #discardedUntil = -Infinity;
  #hasForeignPermissions = false;
  /** The first target that RBAC allowed although it was not a candidate, and when. Until it is denied, or a change. */
  #unexplained: { readonly key: string; readonly since: number } | undefined;
  #sampledSince = -Infinity;
  #revision = 0;

  constructor(viewer: Viewer, options: ViewerAccessOptions) {
    this.#name = viewer.name;
    this.#options = options;
    this.#subjects = subjectKeysOf(viewer);
    this.#isMaster = viewer.groups.includes(MASTERS);
    this.#keyPrefix = `${options.number}/0 `;
    this.#createdAt = options.now();
    this.#removeHandler = options.index.addChangeHandler(this.#subjects, (change) => this.#record(change));
  }

  /** Estimated memory. */
  get bytes(): number {
    return this.#subjects.reduce((sum, { length }) => sum + SUBJECT_BYTES + length, VIEWER_BYTES);
  }

  /** Number of recorded changes: equal numbers mean equal permissions. */
  get revision(): number {
    return this.#revision;
  }

  /** Returns the candidates of an action. Undefined if every target has to be reviewed. */
  candidates(action: Action): Candidates | undefined {
    if (this.#hasForeignPermissions || !this.#options.index.isUsable) return undefined;
    const { index, candidates } = this.#options;
    const key = this.#keyPrefix + actionKey(action);
    const known = candidates.get(key);
    if (known !== undefined) return known;
    const found = index.candidates(this.#subjects, action);
    if (found !== undefined) candidates.set(key, found);
    return found;
  }

  /** Returns whether RBAC could allow a request. Undefined if that is not known. */
  expects(attributes: ResourceAttributes): boolean | undefined {
    const candidates = this.candidates(attributes);
    return candidates === undefined ? undefined : isCandidate(candidates, attributes);
  }

  /** Failure of the watches of the index. Undefined if they run, or if the index does not apply to the viewer. */
  get interruption(): IndexInterruption | undefined {
    return this.#hasForeignPermissions ? undefined : this.#options.index.interruption;
  }

  /** Whether every change of the viewer's permissions is received at once. */
  get isObserved(): boolean {
    const { index } = this.#options;
    return !this.#hasForeignPermissions && index.isUsable && index.interruption === undefined;
  }

  /** Whether the API server has allowed something that RBAC does not grant: it may not have received a change yet. */
  get isUnexplained(): boolean {
    return this.#unexplained !== undefined;
  }

  /** Returns the time since which no change has affected a decision. A review of the same moment counts as earlier. */
  unchangedSince(attributes: ResourceAttributes): number {
    const last = this.#changes.findLast(({ change }) => isAffected(attributes, change));
    return last ? last.at + CLOCK_STEP_MS : Math.max(this.#createdAt, this.#discardedUntil + CLOCK_STEP_MS);
  }

  /** Returns the changes since a time; one of everything if some were discarded. */
  changesSince(time: number): readonly AccessChange[] {
    if (time <= this.#discardedUntil) return [EVERYTHING];
    return this.#changes.filter(({ at }) => at >= time).map(({ change }) => change);
  }

  /**
   * Returns whether a decision is not what a recent change makes expected. The API server's authorizer may receive the
   * change a moment later than this process: review again.
   */
  isUnsettled(attributes: ResourceAttributes, { allowed }: AccessReview): boolean {
    const expected = this.expects(attributes);
    if (expected === undefined || expected === allowed) return false;
    const last = this.#changes.findLast(({ change }) => isAffected(attributes, change));
    return last !== undefined && this.#options.now() - last.at < SETTLING_MS;
  }

  /** Concludes from a review whether the viewer has permissions that are not from RBAC. */
  observe(attributes: ResourceAttributes, { allowed, reason }: AccessReview): void {
    const key = attributesKey(attributes);
    if (!allowed) {
      if (this.#unexplained?.key === key) this.#unexplained = undefined;
      return;
    }
    const expected = this.expects(attributes);
    if (expected === undefined) return;
    if (this.#isMaster) return void (this.#hasForeignPermissions = !expected); // known, so it is not reported
    if (!RBAC_REASON.test(reason)) return this.#addForeignPermission(attributes, reason);
    if (expected) return;
    const now = this.#options.now();
    this.#unexplained ??= { key, since: now };
    if (now - this.#unexplained.since > SETTLING_MS) this.#addForeignPermission(attributes, reason);
  }

  /** Whether {@link takeSamples} would return any. */
  get isSampleDue(): boolean {
    return this.#options.now() - this.#sampledSince >= SAMPLE_INTERVAL_MS;
  }

  /** Returns how many targets that are no candidates to review, in order to find other authorizers: two a minute. */
  takeSamples(): number {
    if (!this.isSampleDue) return 0;
    this.#sampledSince = this.#options.now();
    return SAMPLES;
  }

  [Symbol.dispose](): void {
    this.#removeHandler();
  }

  #record(change: AccessChange): void {
    this.#revision += 1;
    this.#keyPrefix = `${this.#options.number}/${this.#revision} `;
    this.#unexplained = undefined;
    this.#changes.push({ at: this.#options.now(), change });
    if (this.#changes.length <= MAX_CHANGES) return;
    const dropped = this.#changes.splice(0, this.#changes.length / 2);
    this.#discardedUntil = dropped.at(-1)?.at ?? this.#discardedUntil;
  }

  #addForeignPermission(attributes: ResourceAttributes, reason: string): void {
    this.#hasForeignPermissions = true;
    this.#options.onForeignPermission(this.#name, attributes, reason);
  }
}

function sizeOfCandidates(candidates: Candidates): number {
  if (candidates === 'all') return CANDIDATES_BYTES;
  const { namespaces, names, namesIn } = candidates;
  const named = namesIn.values().reduce((sum, { size }) => sum + size + 1, 0);
  return CANDIDATES_BYTES + NAME_BYTES * (namespaces.size + names.size + named);
}
