import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startGatewayFor, type TestGateway } from './test-gateway.ts';
import { grant, type Rule } from './access/grants.ts';

const READ = ['get', 'list', 'watch'];

/** Rules that the kinds of the gateway require. */
const everything: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: ['namespaces', 'pods', 'pods/log', 'events', 'persistentvolumeclaims', 'persistentvolumes', 'secrets'],
    verbs: READ,
  },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: READ },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: READ },
  { apiGroups: ['kubeflow.org'], resources: ['*'], verbs: READ },
];

interface LimitedOptions {
  readonly objects: readonly (Manifest | KubernetesObject)[];
  /** Denied resource, such as `pods/log`, `pods.metrics.k8s.io` with a group, or `get/list secrets` to deny only some verbs. */
  readonly mayNot: string;
  /** Additional rules. */
  readonly may?: { readonly verb: string; readonly resource: string };
}

/** Starts a gateway whose identity may read everything except one resource. */
export async function limitedGateway({
  objects,
  mayNot,
  may,
}: LimitedOptions): Promise<TestGateway & { readonly cluster: Simulator }> {
  const [resource = '', verbs] = mayNot.split(' ').toReversed();
  const besides = may ? [{ apiGroups: ['*'], resources: [may.resource], verbs: [may.verb] }] : [];
  const name = 'limited';
  const rules = everything.flatMap((rule) => without(rule, resource, verbs?.split('/')));
  const cluster = await startSimulator({
    users: [{ token: name, name }],
    objects: [workspaceCrd, workspaceKindCrd, ...grant(name, ...rules, ...besides), ...objects],
  });
  const gateway = await startGatewayFor(cluster.kubeconfigFor(name), {
    authorizationTtlSeconds: 1,
    denialTtlSeconds: 1,
  });
  return {
    ...gateway,
    cluster,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

function without(rule: Rule, resource: string, verbs: readonly string[] | undefined): readonly Rule[] {
  const [name = '', ...group] = resource.split('.');
  if (!rule.resources.includes(name) || (group.length > 0 && !rule.apiGroups?.includes(group.join('.')))) return [rule];
  const others = { ...rule, resources: rule.resources.filter((other) => other !== name) };
  const left = verbs ? rule.verbs.filter((verb) => !verbs.includes(verb)) : [];
  return left.length === 0 ? [others] : [others, { ...rule, resources: [name], verbs: left }];
}
