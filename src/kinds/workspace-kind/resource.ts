import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { Workspace } from '../workspace/resource.ts';
import {
  anyObject,
  boolean,
  int,
  listOf,
  record,
  memoizedDecode,
  object,
  string,
  custom,
  type Decoded,
} from '../../kubernetes/decoder.ts';

const redirect = object({ to: string, message: object({ level: string, text: string }) });
/** Port of an image. In old versions of the CRD it also has the protocol. */
const imagePort = object({ id: string, displayName: string, protocol: string });
const option = object({
  id: string,
  spawner: object({
    displayName: string,
    description: string,
    labels: listOf(object({ key: string, value: string })),
    hidden: boolean,
  }),
  redirect,
  spec: object({ ports: listOf(imagePort) }),
});
const optionList = object({ spawner: object({ default: string }), values: listOf(option) });

const picture = object({
  url: string,
  configMap: object({ name: string, namespace: string, key: string, mediaType: string }),
});
const pictureStatus = object({ sha256: string, configMap: object({ errorType: string }) });

const activityRule = object({
  config: object({ secondsSinceActive: int, minRunningSeconds: int }),
  match: anyObject,
  effect: object({ pauseWorkspace: boolean }),
});

/** Condition of a rule on labels. */
export const selected = object({
  selector: object({
    matchLabels: record(string),
    matchExpressions: listOf(object({ key: string, operator: string, values: listOf(string) })),
  }),
});
const filterMatch = object({ matchNamespace: selected, matchImageConfig: selected, matchPodConfig: selected });
const filterRule = object({
  scope: string,
  effect: object({
    ui: object({ hide: boolean }),
    api: object({ hide: boolean, deny: boolean, denyMessage: object({ text: string }) }),
  }),
  match: listOf(custom(filterMatch.is)), // a partially decoded condition would match more objects
});

const spec = object({
  spawner: object({
    displayName: string,
    description: string,
    hidden: boolean,
    deprecated: boolean,
    deprecationMessage: string,
    icon: picture,
    logo: picture,
  }),
  podTemplate: object({
    volumeMounts: object({ home: string }),
    extraVolumeMounts: listOf(object({ mountPath: string })),
    /** Absent in old versions of the CRD. */
    ports: listOf(object({ id: string, protocol: string, defaultDisplayName: string })),
    options: object({ imageConfig: optionList, podConfig: optionList }),
  }),
  activityRules: listOf(activityRule),
  filterRules: listOf(filterRule),
});

const status = object({ spawnerIcon: pictureStatus, spawnerLogo: pictureStatus });

export type RedirectMessageSpec = NonNullable<Decoded<typeof redirect>['message']>;
/** Option in the spec. */
export type OptionSpec = Decoded<typeof option>;
export type Picture = Decoded<typeof picture>;
export type ActivityRuleSpec = Decoded<typeof activityRule>;
export type FilterMatch = Decoded<typeof filterMatch>;
export type FilterRuleSpec = Decoded<typeof filterRule>;

/**
 * WorkspaceKind of any version of its CRD. Read it through {@link workspaceKindSpecOf} and {@link
 * workspaceKindStatusOf}.
 */
export interface WorkspaceKindObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

/** Returns the desired state. */
export function workspaceKindSpecOf(workspaceKind: WorkspaceKindObject): Decoded<typeof spec> {
  return readSpec(workspaceKind.spec);
}

/** Returns the state that the controller reported. Empty until it has reported one. */
export function workspaceKindStatusOf(workspaceKind: WorkspaceKindObject): Decoded<typeof status> {
  return readStatus(workspaceKind.status);
}

/** Returns the reduced form: names, pictures, options without their images, and rules, without the pod template. */
function spawnerOf(offering: WorkspaceKindObject): WorkspaceKindObject {
  const { apiVersion, kind, metadata } = offering;
  const { name, uid, resourceVersion } = metadata;
  const shown = { apiVersion, kind, metadata: { name, uid, resourceVersion, creationTimestamp: '' } };
  const { spawner, podTemplate, activityRules, filterRules } = workspaceKindSpecOf(offering);
  const { volumeMounts, ports, options } = podTemplate ?? {};
  const imageless = { ...options, imageConfig: optionList.prune(options?.imageConfig) };
  const offered = { spawner, podTemplate: { volumeMounts, ports, options: imageless }, activityRules, filterRules };
  return { ...shown, spec: offered, status: status.prune(offering.status) ?? {} };
}

export const WorkspaceKind = defineResource<WorkspaceKindObject>({
  kind: 'WorkspaceKind',
  group: 'kubeflow.org',
  version: 'v1beta1',
  plural: 'workspacekinds',
  namespaced: false,
  access: {
    // Viewers who may use workspaces in some namespace may see the offered options.
    redacted: { verbs: ['list', 'get', 'create'], on: Workspace, where: 'any-namespace', redact: spawnerOf },
  },
});
