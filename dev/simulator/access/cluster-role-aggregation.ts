import { compileSelector } from '../../../src/kubernetes/label-selector.ts';
import { objectLabels, type ApiObject } from '../api-object.ts';
import { isEqualJson, isJsonObject, listAt } from '../json.ts';
import type { Storage } from '../storage.ts';
import { CLUSTER_ROLES } from './rbac-objects.ts';

/**
 * Keeps the rules of ClusterRoles with an aggregationRule equal to the rules that their selectors match. Runs in the
 * same turn as the change; the controller of a real cluster runs a moment later. It writes to the storage, so it has to
 * be the last listener.
 */
export function startClusterRoleAggregation(storage: Storage): void {
  let busy = false;
  storage.onChange((storageKey) => {
    if (storageKey !== CLUSTER_ROLES || busy) return;
    busy = true;
    reconcile(storage);
    busy = false;
  });
}

/** Roles may aggregate aggregated roles, which takes one round per level; a cycle stops after the last round. */
function reconcile(storage: Storage): void {
  const rounds = storage.list(CLUSTER_ROLES).filter(isAggregated).length;
  for (let round = 0; round < rounds; round += 1) if (!aggregateAll(storage)) return;
}

/** Returns whether a role has changed. */
function aggregateAll(storage: Storage): boolean {
  const stale = storage.list(CLUSTER_ROLES).filter(isAggregated);
  let changed = false;
  for (const role of stale) {
    const rules = aggregatedRules(role, storage.list(CLUSTER_ROLES));
    if (isEqualJson(rules, listAt(role, 'rules'))) continue;
    storage.put(CLUSTER_ROLES, { ...role, rules });
    changed = true;
  }
  return changed;
}

function isAggregated(role: ApiObject): boolean {
  return isJsonObject(role['aggregationRule']);
}

function aggregatedRules(role: ApiObject, all: readonly ApiObject[]): readonly unknown[] {
  const rules: unknown[] = [];
  for (const selector of listAt(role['aggregationRule'], 'clusterRoleSelectors')) {
    const matches = isJsonObject(selector) ? compileSelector(selector) : undefined;
    for (const other of all) {
      if (other.metadata.name === role.metadata.name || !matches?.(objectLabels(other))) continue;
      for (const rule of listAt(other, 'rules')) if (!rules.some((known) => isEqualJson(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
