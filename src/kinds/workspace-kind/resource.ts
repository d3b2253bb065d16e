import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { Workspace } from '../workspace/resource.ts';
import {
  anyObject,
  flag,
  int,
  listOf,
  mapOf,
  reader,
  record,
  text,
  whole,
  type Formed,
} from '../../kubernetes/form.ts';

const redirect = record({ to: text, message: record({ level: text, text }) });
/** In old kinds the ports are the image’s, and have a protocol. */
const imagePort = record({ id: text, displayName: text, protocol: text });
const option = record({
  id: text,
  spawner: record({
    displayName: text,
    description: text,
    labels: listOf(record({ key: text, value: text })),
    hidden: flag,
  }),
  redirect,
  spec: record({ ports: listOf(imagePort) }),
});
const optionList = record({ spawner: record({ default: text }), values: listOf(option) });

const picture = record({ url: text, configMap: record({ name: text, namespace: text, key: text, mediaType: text }) });
const pictureStatus = record({ sha256: text, configMap: record({ errorType: text }) });

const activityRule = record({
  config: record({ secondsSinceActive: int, minRunningSeconds: int }),
  match: anyObject,
  effect: record({ pauseWorkspace: flag }),
});

const requirement = record({ key: text, operator: text, values: listOf(text) });
const selected = record({ selector: record({ matchLabels: mapOf(text), matchExpressions: listOf(requirement) }) });
const filterMatch = record({ matchNamespace: selected, matchImageConfig: selected, matchPodConfig: selected });
const filterRule = record({
  scope: text,
  effect: record({
    ui: record({ hide: flag }),
    api: record({ hide: flag, deny: flag, denyMessage: record({ text }) }),
  }),
  match: listOf(whole(filterMatch.is)), // half a condition would select more than was meant
});

const spec = record({
  spawner: record({
    displayName: text,
    description: text,
    hidden: flag,
    deprecated: flag,
    deprecationMessage: text,
    icon: picture,
    logo: picture,
  }),
  podTemplate: record({
    volumeMounts: record({ home: text }),
    extraVolumeMounts: listOf(record({ mountPath: text })),
    /** Absent in old kinds. */
    ports: listOf(record({ id: text, protocol: text, defaultDisplayName: text })),
    options: record({ imageConfig: optionList, podConfig: optionList }),
  }),
  activityRules: listOf(activityRule),
  filterRules: listOf(filterRule),
});

const status = record({ spawnerIcon: pictureStatus, spawnerLogo: pictureStatus });

export type RedirectMessageSpec = NonNullable<Formed<typeof redirect>['message']>;
/** One value of an option list. */
export type OptionSpec = Formed<typeof option>;
export type Picture = Formed<typeof picture>;
export type ActivityRuleSpec = Formed<typeof activityRule>;
export type FilterMatch = Formed<typeof filterMatch>;
export type FilterRuleSpec = Formed<typeof filterRule>;

/** A WorkspaceKind of any age of its CRD: read it through {@link workspaceKindSpecOf} and {@link workspaceKindStatusOf}. */
export interface WorkspaceKindObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = reader(spec, {});
const readStatus = reader(status, {});

/** What is offered. */
export function workspaceKindSpecOf(workspaceKind: WorkspaceKindObject): Formed<typeof spec> {
  return readSpec(workspaceKind.spec);
}

/** What the controller reports. Empty until it has looked. */
export function workspaceKindStatusOf(workspaceKind: WorkspaceKindObject): Formed<typeof status> {
  return readStatus(workspaceKind.status);
}

/** What a spawner shows of a kind: names, pictures, options and rules, and nothing of how its pods are made. */
function spawnerOf(offering: WorkspaceKindObject): WorkspaceKindObject {
  const { apiVersion, kind, metadata } = offering;
  const { name, uid, resourceVersion } = metadata;
  const shown = { apiVersion, kind, metadata: { name, uid, resourceVersion, creationTimestamp: '' } };
  const { spawner, podTemplate, activityRules, filterRules } = workspaceKindSpecOf(offering);
  const { volumeMounts, ports, options } = podTemplate ?? {};
  const offered = { spawner, podTemplate: { volumeMounts, ports, options }, activityRules, filterRules };
  return { ...shown, spec: offered, status: workspaceKindStatusOf(offering) };
}

export const WorkspaceKind = defineResource<WorkspaceKindObject>({
  kind: 'WorkspaceKind',
  group: 'kubeflow.org',
  version: 'v1beta1',
  plural: 'workspacekinds',
  namespaced: false,
  access: {
    // Who has to do with workspaces anywhere may see what there is to choose from.
    redacted: { verbs: ['list', 'get', 'create'], on: Workspace, where: 'any-namespace', redact: spawnerOf },
  },
});
