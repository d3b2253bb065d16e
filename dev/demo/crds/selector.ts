import { atomicList, exactlyOne, mapOf, object, string, withRules, type Schema } from './schema.ts';

const EXACTLY_ONE = exactlyOne(
  ['matchNamespace', 'matchImageConfig', 'matchPodConfig'],
  `must specify exactly one of 'matchNamespace', 'matchImageConfig', or 'matchPodConfig'`,
);

/** What an activity rule applies to: all the given conditions hold. Without any it applies to every workspace. */
export function activityMatch(): Schema {
  return object({ matchNamespace: selected(), matchPodConfig: selected() });
}

/** One condition of a filter rule. */
export function filterMatch(): Schema {
  const conditions = { matchNamespace: selected(), matchImageConfig: selected(), matchPodConfig: selected() };
  return withRules(object(conditions), EXACTLY_ONE);
}

function selected(): Schema {
  return object({ selector: labelSelector() }, ['selector']);
}

function labelSelector(): Schema {
  const requirement = object({ key: string(), operator: string(), values: atomicList(string()) }, ['key', 'operator']);
  const selector = object({ matchLabels: mapOf(string()), matchExpressions: atomicList(requirement) });
  return { ...selector, 'x-kubernetes-map-type': 'atomic' };
}
