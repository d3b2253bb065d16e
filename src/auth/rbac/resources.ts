import { LRUCache } from 'lru-cache';
import { listOf, object, string } from '../../kubernetes/decoder.ts';
import type { KubernetesObject, ObjectName } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import type { PolicyRule } from './policy-rules.ts';
import { subjectKey } from './subjects.ts';

/** A Role or ClusterRole. Its rules are those that the API server stores: a controller fills those of aggregated roles. */
export interface RoleObject extends KubernetesObject {
  readonly rules: readonly PolicyRule[];
}

/** A RoleBinding or ClusterRoleBinding. */
export interface BindingObject extends KubernetesObject {
  /** Role that it refers to, which need not exist; without a namespace, a ClusterRole. */
  readonly role: ObjectName;
  /** Index keys of its subjects, each once. */
  readonly subjects: readonly string[];
}

/**
 * Strings and rules that many objects have in common are kept once. Thousands of namespaces have bindings of the same
 * name to the same ClusterRole.
 */
const MAX_SHARED_STRINGS = 20_000;
const MAX_SHARED_RULES = 1_000;
const sharedStrings = new LRUCache<string, string>({ max: MAX_SHARED_STRINGS });
const sharedRules = new LRUCache<string, readonly PolicyRule[]>({ max: MAX_SHARED_RULES });

const roleFields = object({
  rules: listOf(
    object({
      verbs: listOf(string),
      apiGroups: listOf(string),
      resources: listOf(string),
      resourceNames: listOf(string),
    }),
  ),
});
const bindingFields = object({
  roleRef: object({ kind: string, name: string }),
  subjects: listOf(object({ kind: string, name: string, namespace: string })),
});

const base = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;
const roleCache = { trim: trimRole } as const;
const bindingCache = {
  trim: trimBinding,
  indexes: {
    subject: ({ subjects }: BindingObject) => subjects,
    role: ({ role }: BindingObject) => [roleKey(role)],
  },
} as const;

export const Role = defineResource<RoleObject>({
  ...base,
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  cache: roleCache,
});
export const ClusterRole = defineResource<RoleObject>({
  ...base,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  cache: roleCache,
});
export const RoleBinding = defineResource<BindingObject>({
  ...base,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  cache: bindingCache,
});
export const ClusterRoleBinding = defineResource<BindingObject>({
  ...base,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  cache: bindingCache,
});

/** Resources that an RBAC index needs. */
export const rbacResources = [Role, ClusterRole, RoleBinding, ClusterRoleBinding] as const;

/** Returns the key of a Role or ClusterRole in the index `role` of bindings. */
export function roleKey({ namespace, name }: ObjectName): string {
  return shared(namespace === undefined ? `ClusterRole ${name}` : `Role ${namespace}/${name}`);
}

function trimRole(role: RoleObject): RoleObject {
  const rules = (roleFields.prune(role)?.rules ?? []).map(
    ({ verbs = [], apiGroups = [], resources = [], resourceNames = [] }) => ({
      verbs,
      apiGroups,
      resources,
      resourceNames,
    }),
  );
  return { ...trimmed(role), rules: sharedRulesFor(rules.filter(({ resources }) => resources.length > 0)) };
}

function trimBinding(binding: BindingObject): BindingObject {
  const { namespace } = binding.metadata;
  const { roleRef: { kind = '', name = '' } = {}, subjects = [] } = bindingFields.prune(binding) ?? {};
  const keys = subjects.map((subject) =>
    subjectKey({ kind: subject.kind ?? '', name: subject.name ?? '', namespace: subject.namespace || namespace || '' }),
  );
  return {
    ...trimmed(binding),
    role: { name: shared(name), ...(kind === 'Role' && { namespace: shared(namespace ?? '') }) },
    subjects: Array.from(new Set(keys), shared),
  };
}

function trimmed({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name: shared(name),
      ...(namespace !== undefined && { namespace: shared(namespace) }),
      uid,
      resourceVersion,
      creationTimestamp: '',
    },
  };
}

function shared(text: string): string {
  const known = sharedStrings.get(text);
  if (known !== undefined) return known;
  sharedStrings.set(text, text);
  return text;
}

function sharedRulesFor(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const key = JSON.stringify(rules);
  const known = sharedRules.get(key);
  if (known !== undefined) return known;
  sharedRules.set(key, rules);
  return rules;
}
