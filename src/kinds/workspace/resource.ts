import { isoText } from '../../kubernetes/iso-text.ts';
import {
  boolean,
  int,
  listOf,
  record,
  number,
  memoizedDecode,
  object,
  string,
  type Decoded,
} from '../../kubernetes/decoder.ts';
import { keyOf, type KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

/** Milliseconds since the epoch from current controllers, seconds from old ones. 0 means never. */
const time = number;

const labels = record(string);
const secretVolume = object({ secretName: string, mountPath: string, defaultMode: int });

const spec = object({
  kind: string,
  paused: boolean,
  displayName: string,
  deferUpdates: boolean,
  podTemplate: object({
    podMetadata: object({ labels, annotations: labels }),
    volumes: object({
      home: string,
      data: listOf(object({ pvcName: string, mountPath: string, readOnly: boolean })),
      secrets: listOf(secretVolume),
    }),
    options: object({ imageConfig: string, podConfig: string }),
  }),
});

const optionStatus = object({ desired: string, redirectChain: listOf(object({ source: string, target: string })) });
const containers = listOf(object({ name: string }));
const pod = object({
  name: string,
  nodeName: string,
  serviceAccountName: string,
  containers,
  initContainers: containers,
});
const activity = object({
  lastActivity: time,
  lastUpdate: time,
  lastProbe: object({ startTime: time, endTime: time, result: string, message: string }),
  rules: object({ pauseWorkspace: object({ eligibleAfter: time }) }),
});

const status = object({
  state: string,
  stateMessage: string,
  pendingRestart: boolean,
  pauseTime: time,
  lastRunningTime: time,
  activity,
  podTemplateOptions: object({ imageConfig: optionStatus, podConfig: optionStatus }),
  podTemplatePod: pod,
});

export type SecretVolume = Decoded<typeof secretVolume>;
export type PodStatus = Decoded<typeof pod>;
export type ActivityStatus = Decoded<typeof activity>;

/** Workspace of any version of its CRD. Read it through {@link specOf} and {@link statusOf}. */
export interface WorkspaceObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Part of a workspace that its author writes. The workspace need not be stored. */
export type WorkspaceContent = Pick<WorkspaceObject, 'spec'>;

/** Write of a workspace: the stored object, and the object that the write would store. */
export interface WorkspaceWrite {
  readonly namespace: string;
  /** Undefined if the API server generates the name. */
  readonly name?: string | undefined;
  /** Undefined for a new workspace. */
  readonly before: WorkspaceContent | undefined;
  readonly after: WorkspaceContent;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

/** Returns the desired state. */
export function specOf(workspace: WorkspaceContent): Decoded<typeof spec> {
  return readSpec(workspace.spec);
}

/** Returns the state that the controller reported. Empty until it has reported one. */
export function statusOf(workspace: WorkspaceObject): Decoded<typeof status> {
  return readStatus(workspace.status);
}

/** List of options of a WorkspaceKind. A workspace has one option of each list. */
export type OptionList = 'imageConfig' | 'podConfig';

export type ChosenOptions = Readonly<Record<OptionList, string>>;

export function workspaceKindNameOf(workspace: WorkspaceContent): string {
  return specOf(workspace).kind ?? '';
}

export function optionIdOf(workspace: WorkspaceContent, list: OptionList): string {
  return specOf(workspace).podTemplate?.options?.[list] ?? '';
}

export function chosenOptionsOf(workspace: WorkspaceContent): ChosenOptions {
  return { imageConfig: optionIdOf(workspace, 'imageConfig'), podConfig: optionIdOf(workspace, 'podConfig') };
}

export const Workspace = defineResource<WorkspaceObject>({
  kind: 'Workspace',
  group: 'kubeflow.org',
  version: 'v1beta1',
  plural: 'workspaces',
  namespaced: true,
  cache: {
    indexedPart: (workspace) => workspace.spec,
    indexes: {
      kind: (workspace) => [workspaceKindNameOf(workspace)],
      imageConfig: (workspace) => [optionKeyOf(workspaceKindNameOf(workspace), optionIdOf(workspace, 'imageConfig'))],
      podConfig: (workspace) => [optionKeyOf(workspaceKindNameOf(workspace), optionIdOf(workspace, 'podConfig'))],
      /** Key of each mounted PersistentVolumeClaim. */
      claim: (workspace) => keysOf(workspace, claimNamesOf(workspace)),
      /** Key of each mounted Secret. */
      secret: (workspace) => keysOf(workspace, secretNamesOf(workspace)),
    },
  },
});

function keysOf({ metadata: { namespace } }: WorkspaceObject, names: readonly string[]): readonly string[] {
  return names.map((name) => keyOf({ namespace, name }));
}

/** Returns the names of the mounted PersistentVolumeClaims. */
export function claimNamesOf(workspace: WorkspaceObject): readonly string[] {
  const { home, data = [] } = specOf(workspace).podTemplate?.volumes ?? {};
  return [...new Set([home, ...data.map(({ pvcName }) => pvcName)])].filter((name) => name !== undefined);
}

function secretNamesOf(workspace: WorkspaceObject): readonly string[] {
  const { secrets = [] } = specOf(workspace).podTemplate?.volumes ?? {};
  return [...new Set(secrets.map(({ secretName }) => secretName))].filter((name) => name !== undefined);
}

/** Returns the key of an option in the indexes `imageConfig` and `podConfig`, unique across WorkspaceKinds. */
export function optionKeyOf(kind: string, optionId: string): string {
  return `${kind}/${optionId}`;
}

export function displayNameOf(workspace: WorkspaceObject): string {
  return specOf(workspace).displayName || workspace.metadata.name;
}

/**
 * Smallest number that counts as milliseconds. In seconds it is the year 5138; smaller millisecond values are before
 * 1973.
 */
const FIRST_MILLISECONDS = 1e11;
/** End of the year 9999, the last one that RFC 3339 can express. */
const LATEST_DATE = Date.UTC(10_000, 0) - 1;

/**
 * Converts a time of a status to milliseconds since the epoch. Old controllers write seconds and current ones
 * milliseconds, and an upgraded cluster keeps old values, so each value is classified on its own. Undefined
 * if the value is 0 or absent.
 */
export function millisecondsOf(value: number | undefined): number | undefined {
  if (value === undefined || !(value > 0)) return undefined;
  const milliseconds = value < FIRST_MILLISECONDS ? value * 1_000 : value;
  return milliseconds > LATEST_DATE ? undefined : milliseconds;
}

/** Converts a time of a status to a DateTime. Null if the value is 0 or absent. */
export function timestampOf(value: number | undefined): string | null {
  const milliseconds = millisecondsOf(value);
  return milliseconds === undefined ? null : isoText(milliseconds);
}
