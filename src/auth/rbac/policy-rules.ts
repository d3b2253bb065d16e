import type { ResourceAttributes } from '../resource-attributes.ts';

/** Rule of a Role or ClusterRole, as far as it applies to resources; see `PolicyRule` of `rbac.authorization.k8s.io/v1`. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Names of the objects that the rule applies to; all if it is empty. */
  readonly resourceNames: readonly string[];
}

/** Verb and resource of a request, without its target. */
export type Action = Pick<ResourceAttributes, 'verb' | 'group' | 'resource' | 'subresource'>;

/** Rule that applies to every request for a resource. */
export const EVERY_ACTION: PolicyRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [] };

/** Returns whether a rule applies to an action, for some name at least. A rule for a resource excludes its subresources. */
export function coversAction({ verbs, apiGroups, resources }: PolicyRule, action: Action): boolean {
  const { verb, group, resource, subresource } = action;
  if (!includes(verbs, verb) || !includes(apiGroups, group)) return false;
  if (!subresource) return includes(resources, resource);
  return includes(resources, `${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

/** Returns a string that is equal for equal actions only. */
export function actionKey({ verb, group, resource, subresource = '' }: Action): string {
  return `${verb} ${resource}/${subresource} ${group}`;
}

function includes(values: readonly string[], wanted: string): boolean {
  return values.includes(wanted) || values.includes('*');
}
