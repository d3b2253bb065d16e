import { LRUCache } from 'lru-cache';
import { groupResourceOf, type Resource } from '../kubernetes/resource.ts';
import type { Validity } from './decision-lifetime.ts';
import type { AccessInterests } from './rbac/access-interests.ts';
import type { ViewerAccess } from './rbac/viewer-access.ts';
import type { Viewer } from './viewer.ts';
import type { AccessMode, NamespaceDecisions, VisibilityScope } from './visibility-scope.ts';

/** Scope of one resource for one viewer, with what it depends on. */
export interface ResolvedScope {
  readonly scope: VisibilityScope;
  readonly interests: AccessInterests;
  readonly validity: Validity;
  /** Names of all namespaces, if the scope depends on which there are. */
  readonly namespaces: readonly string[] | undefined;
  /** Decisions about all namespaces. */
  readonly decided: NamespaceDecisions;
  /** Whether only candidates of the RBAC index were reviewed. */
  readonly usesCandidates: boolean;
  /** RBAC index as it concerned the viewer, and whether it observed the viewer's permissions. */
  readonly access: ViewerAccess | undefined;
  readonly isObserved: boolean;
  /** Time before the first decision: later changes of RBAC are not considered. */
  readonly begunAt: number;
}

/** Conditions under which a kept scope is used, as of `DecideOptions`. */
interface ScopeConditions {
  readonly notBefore?: number | undefined;
  readonly isRecheck?: boolean | undefined;
}

interface KeptScope extends ResolvedScope {
  /** Changes of RBAC before this time have been considered. */
  consideredUntil: number;
}

/** The clock of the decisions, and the RBAC index as it concerns a viewer. */
interface DecisionSource {
  now(): number;
  accessOf(viewer: Viewer): ViewerAccess | undefined;
}

const MAX_BYTES = 64 * 2 ** 20;
const ENTRY_BYTES = 1_000;
const NAME_BYTES = 100;

/**
 * The scopes of each viewer, by resource and mode, for all operations and subscriptions of the viewer. A scope is kept until
 * a decision that it results from is to be reviewed again, or a change of RBAC affects it; if a namespace appears, only that
 * is decided. Bounded by 64 MiB: about 1 kB for a scope and 100 bytes for each name in it. The least recently used ones are
 * discarded.
 */
export class KeptScopes {
  readonly #decisions: DecisionSource;
  readonly #scopes = new LRUCache<string, KeptScope>({ maxSize: MAX_BYTES, sizeCalculation: sizeOf });

  constructor(decisions: DecisionSource) {
    this.#decisions = decisions;
  }

  /** Returns the kept scope of a resource, except for namespaces that have appeared since. Undefined if there is none. */
  find(viewer: Viewer, about: readonly [Resource, AccessMode], conditions: ScopeConditions): ResolvedScope | undefined {
    const key = keyOf(viewer, about);
    const kept = this.#scopes.get(key);
    if (kept === undefined) return undefined;
    if (this.#isCurrent(viewer, kept)) return isAccepted(kept, conditions) ? kept : undefined;
    this.#scopes.delete(key);
    return undefined;
  }

  keep(viewer: Viewer, about: readonly [Resource, AccessMode], resolved: ResolvedScope): void {
    const key = keyOf(viewer, about);
    const kept = { ...resolved, consideredUntil: resolved.begunAt };
    const last = this.#scopes.get(key);
    // One that started earlier may end later; it must not replace the newer one.
    if (last && last.begunAt > resolved.begunAt && this.#isCurrent(viewer, last)) return;
    if (this.#isCurrent(viewer, kept)) this.#scopes.set(key, kept);
  }

  #isCurrent(viewer: Viewer, kept: KeptScope): boolean {
    const access = this.#decisions.accessOf(viewer);
    const now = this.#decisions.now();
    if (now >= kept.validity.usableUntil || access !== kept.access) return false;
    if (!access) return true;
    if (access.isObserved !== kept.isObserved) return false;
    if (kept.usesCandidates && access.isSampleDue) return false;
    const changes = access.changesSince(kept.consideredUntil);
    kept.consideredUntil = now;
    return !changes.some((change) => kept.interests.isAffectedBy(change));
  }
}

/** Returns whether the decisions of a scope are new enough. */
function isAccepted(
  { validity }: ResolvedScope,
  { notBefore = -Infinity, isRecheck = false }: ScopeConditions,
): boolean {
  return (isRecheck ? validity.recheckUntil : validity.startedAt) >= notBefore;
}

function keyOf({ key }: Viewer, [resource, mode]: readonly [Resource, AccessMode]): string {
  return `${mode} ${groupResourceOf(resource)} ${key}`;
}

function sizeOf({ scope: { full, redacted }, decided, interests }: KeptScope, key: string): number {
  const names = [full, redacted].reduce((sum, scope) => sum + (scope === 'all' ? 0 : scope.size), interests.size);
  const decisions = decided.values().reduce((sum, { size }) => sum + size, 0);
  return ENTRY_BYTES + 2 * key.length + NAME_BYTES * (names + decisions);
}
