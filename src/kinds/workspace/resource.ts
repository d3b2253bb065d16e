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

/** Milliseconds since the epoch from new controllers, seconds from old ones; 0: never. */
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
const pod = object({ name: string, nodeName: string, containers, initContainers: containers });
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

/** A Workspace of any age of its CRD: read it through {@link specOf} and {@link statusOf}. */
export interface WorkspaceObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** As much of a workspace as its author decides: also of one that is not stored. */
export type WorkspaceContent = Pick<WorkspaceObject, 'spec'>;

/** A write of a workspace: the object that is stored before it, and the one that it would store. */
export interface WorkspaceWrite {
  readonly namespace: string;
  /** Undefined if the API server is to make the name. */
  readonly name?: string | undefined;
  /** Undefined for a new workspace. */
  readonly before: WorkspaceContent | undefined;
  readonly after: WorkspaceContent;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

/** What is asked for. */
export function specOf(workspace: WorkspaceContent): Decoded<typeof spec> {
  return readSpec(workspace.spec);
}

/** What the controller reports. Empty until it has looked. */
export function statusOf(workspace: WorkspaceObject): Decoded<typeof status> {
  return readStatus(workspace.status);
}

/** The two lists of options that a kind offers, and a workspace chooses one of each. */
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
    indexes: {
      kind: (workspace) => [workspaceKindNameOf(workspace)],
      imageConfig: (workspace) => [optionKeyOf(workspaceKindNameOf(workspace), optionIdOf(workspace, 'imageConfig'))],
      podConfig: (workspace) => [optionKeyOf(workspaceKindNameOf(workspace), optionIdOf(workspace, 'podConfig'))],
      /** By the key of each PersistentVolumeClaim that it mounts. */
      claim: (workspace) => claimNamesOf(workspace).map((name) => keyOf({ ...workspace.metadata, name })),
      /** By the key of each Secret that it mounts. */
      secret: (workspace) => secretNamesOf(workspace).map((name) => keyOf({ ...workspace.metadata, name })),
    },
  },
});

function claimNamesOf(workspace: WorkspaceObject): readonly string[] {
  const { home, data = [] } = specOf(workspace).podTemplate?.volumes ?? {};
  return [...new Set([home, ...data.map(({ pvcName }) => pvcName)])].filter((name) => name !== undefined);
}

function secretNamesOf(workspace: WorkspaceObject): readonly string[] {
  const { secrets = [] } = specOf(workspace).podTemplate?.volumes ?? {};
  return [...new Set(secrets.map(({ secretName }) => secretName))].filter((name) => name !== undefined);
}

/** Names an option over all kinds, in the indexes `imageConfig` and `podConfig`. */
export function optionKeyOf(kind: string, optionId: string): string {
  return `${kind}/${optionId}`;
}

export function displayNameOf(workspace: WorkspaceObject): string {
  return specOf(workspace).displayName || workspace.metadata.name;
}

/** From here on a number is milliseconds: as seconds it would be the year 5138, and as milliseconds below it 1973. */
const FIRST_MILLISECONDS = 1e11;
const LATEST_DATE = 8.64e15;

/**
 * A time of a status, in milliseconds since the epoch. Old controllers write seconds and new ones milliseconds, and an
 * upgraded cluster keeps old values, so each value is judged by itself. Undefined where Kubernetes says 0 or nothing.
 */
export function millisecondsOf(value: number | undefined): number | undefined {
  if (value === undefined || !(value > 0)) return undefined;
  const milliseconds = value < FIRST_MILLISECONDS ? value * 1_000 : value;
  return milliseconds > LATEST_DATE ? undefined : milliseconds;
}

/** The same as a DateTime. */
export function timestampOf(value: number | undefined): string | null {
  const milliseconds = millisecondsOf(value);
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
