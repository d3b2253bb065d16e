import { keyOf } from '../../../src/kubernetes/object.ts';
import { isNotFound, StatusError } from '../../../src/kubernetes/status-error.ts';
import { WORKSPACE_NAME_LABEL } from '../annotations.ts';
import { type ClusterEvent, Events, type InvolvedObject, type Pod } from '../kubernetes-resources.ts';
import { sha256, timestamp } from '../metadata.ts';
import type { ControllerContext } from './controller-context.ts';
import { NO_NODE, type PodOutcome, RESTARTS } from './pod-outcome.ts';

/** A change of a pod that is recorded as events. */
type PodLifecycleEvent = PodOutcome | 'Created' | 'Ending';

/** An event that has not been created yet. */
type EventManifest = Omit<ClusterEvent, 'metadata'> & {
  readonly metadata: { readonly name: string; readonly namespace: string };
};

/** The fields of a pod that its events contain. */
type Involved = Pick<Pod, 'spec'> & {
  readonly metadata: Pick<Pod['metadata'], 'name' | 'namespace' | 'uid' | 'labels' | 'ownerReferences'>;
};

interface Occurrence {
  readonly reason: string;
  readonly message: string;
  readonly type?: 'Warning';
  readonly by: 'default-scheduler' | 'kubelet' | 'statefulset-controller';
  readonly count?: number;
  /** The involved object. Default: the pod's main container. */
  readonly about?: 'pod' | 'set';
}

interface EventDetails {
  /** Time of the first occurrence, in milliseconds since the epoch. */
  readonly at: number;
  /** Time until which repeated events have been counted. */
  readonly now: number;
  /** Reason that the pod is not created or not scheduled, or that its volume is not mounted. */
  readonly message?: string | undefined;
}

const INTERVAL_MS = 500;
const REPEAT_MS = 30_000;

/** Returns the events that the cluster's components record for a change of a pod, in chronological order. */
export function podEvents(pod: Involved, lifecycleEvent: PodLifecycleEvent, details: EventDetails): EventManifest[] {
  const { at, now } = details;
  const all = occurrences(pod, lifecycleEvent, details.message);
  return all.map((occurrence, i) => eventOf(pod, occurrence, { at: at - (all.length - 1 - i) * INTERVAL_MS, now }));
}

function occurrences(pod: Involved, lifecycleEvent: PodLifecycleEvent, reason?: string): Occurrence[] {
  switch (lifecycleEvent) {
    case 'Created':
      return [byStatefulSet(pod, 'create')];
    case 'Ending':
      return [byStatefulSet(pod, 'delete'), { reason: 'Killing', message: 'Stopping container main', by: 'kubelet' }];
    case 'Unschedulable':
      return [notScheduled(reason)];
    case 'ContainerCreating':
      return [scheduled(pod)];
    case 'FailedMount':
      return [scheduled(pod), notMounted(reason)];
    case 'ExceededQuota':
      return [refused(pod, reason)];
    case 'ErrImagePull':
      return [scheduled(pod), ...pullFailures(pod).slice(0, 3)];
    case 'Unhealthy':
      return [scheduled(pod), ...started(pod, 1), UNHEALTHY];
    case 'ImagePullBackOff':
      return [scheduled(pod), ...pullFailures(pod)];
    case 'CrashLoopBackOff':
      return [scheduled(pod), ...started(pod, RESTARTS), crashing(pod)];
    case 'NeverReady':
    case 'Ready':
      return [scheduled(pod), ...started(pod, 1)];
    default:
      throw new TypeError(`Unknown pod lifecycle event ${JSON.stringify(lifecycleEvent satisfies never)}`);
  }
}

const UNHEALTHY: Occurrence = {
  type: 'Warning',
  reason: 'Unhealthy',
  message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
  by: 'kubelet',
  count: 9,
};

function byStatefulSet({ metadata: { name } }: Involved, verb: 'create' | 'delete'): Occurrence {
  const reason = verb === 'create' ? 'SuccessfulCreate' : 'SuccessfulDelete';
  const message = `${verb} Pod ${name} in StatefulSet ${setNameOf(name)} successful`;
  return { reason, message, by: 'statefulset-controller', about: 'set' };
}

function notScheduled(message = NO_NODE): Occurrence {
  return { type: 'Warning', reason: 'FailedScheduling', message, by: 'default-scheduler', about: 'pod', count: 12 };
}

function notMounted(
  message = 'MountVolume.SetUp failed for volume "home-volume" : timed out waiting for the condition',
): Occurrence {
  return { type: 'Warning', reason: 'FailedMount', message, by: 'kubelet', about: 'pod', count: 8 };
}

/** The event of a StatefulSet whose pod the API server does not admit. */
function refused({ metadata: { name } }: Involved, reason?: string): Occurrence {
  const quota = 'exceeded quota: workspaces, requested: pods=1, used: pods=10, limited: pods=10';
  const why = reason ?? `pods "${name}" is forbidden: ${quota}`;
  const message = `create Pod ${name} in StatefulSet ${setNameOf(name)} failed error: ${why}`;
  return { type: 'Warning', reason: 'FailedCreate', message, by: 'statefulset-controller', about: 'set', count: 14 };
}

function scheduled({ metadata, spec }: Involved): Occurrence {
  const message = `Successfully assigned ${metadata.namespace}/${metadata.name} to ${spec.nodeName}`;
  return { reason: 'Scheduled', message, by: 'default-scheduler', about: 'pod' };
}

function started({ spec }: Involved, count: number): Occurrence[] {
  const present = `Container image "${spec.containers[0]?.image}" already present on machine`;
  return [
    { reason: 'Pulled', message: present, by: 'kubelet', count },
    { reason: 'Created', message: 'Created container: main', by: 'kubelet', count },
    { reason: 'Started', message: 'Started container main', by: 'kubelet', count },
  ];
}

function pullFailures({ spec }: Involved): Occurrence[] {
  const image = `image "${spec.containers[0]?.image}"`;
  const cause = `rpc error: code = NotFound desc = failed to pull and unpack ${image}: not found`;
  const warning = { type: 'Warning', reason: 'Failed', by: 'kubelet', count: 4 } as const;
  return [
    { reason: 'Pulling', message: `Pulling ${image}`, by: 'kubelet', count: 4 },
    { ...warning, message: `Failed to pull ${image}: ${cause}` },
    { ...warning, message: 'Error: ErrImagePull' },
    { reason: 'BackOff', message: `Back-off pulling ${image}`, by: 'kubelet', count: 7 },
    { ...warning, message: 'Error: ImagePullBackOff', count: 7 },
  ];
}

function crashing({ metadata: { namespace, name, uid } }: Involved): Occurrence {
  const message = `Back-off restarting failed container main in pod ${name}_${namespace}(${uid})`;
  return { type: 'Warning', reason: 'BackOff', message, by: 'kubelet', count: 9 };
}

function eventOf(
  pod: Involved,
  { by, count: most = 1, ...occurrence }: Occurrence,
  { at, now }: EventDetails,
): EventManifest {
  const { type = 'Normal', reason, message, about } = occurrence;
  const count = Math.max(1, Math.min(most, 1 + Math.floor((now - at) / REPEAT_MS)));
  // An event with its full count keeps repeating: its last occurrence is recent.
  const last = most > 1 && count === most ? now - REPEAT_MS / 2 : at + (count - 1) * REPEAT_MS;
  const involvedObject = involved(pod, about);
  const namespace = involvedObject.namespace;
  const host = by === 'kubelet' && pod.spec.nodeName !== undefined ? { host: pod.spec.nodeName } : {};
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${involvedObject.name}.${sha256(`${pod.metadata.uid} ${reason} ${message}`).slice(0, 16)}`,
      namespace,
    },
    involvedObject,
    type,
    reason,
    message,
    count,
    firstTimestamp: timestamp(at),
    lastTimestamp: timestamp(last),
    eventTime: null,
    source: { component: by, ...host },
    reportingComponent: by,
    reportingInstance: host.host ?? '',
  };
}

function involved(pod: Involved, about: Occurrence['about']): InvolvedObject {
  const { namespace = '', name, uid, ownerReferences = [] } = pod.metadata;
  if (about === 'set') {
    const set = ownerReferences.find(({ kind }) => kind === 'StatefulSet');
    return { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: setNameOf(name), uid: set?.uid ?? '' };
  }
  const whole = { apiVersion: 'v1', kind: 'Pod', namespace, name, uid };
  return about === 'pod' ? whole : { ...whole, fieldPath: 'spec.containers{main}' };
}

/** Name of the StatefulSet whose only pod has this name. */
function setNameOf(podName: string): string {
  return podName.replace(/-0$/u, '');
}

/**
 * Maximum number of events per workspace name. Each workspace of a name has a pod of another name. Events of the simulated cluster do not
 * expire.
 */
const KEPT_EVENTS = 30;

/** Creates the events of pods. Best effort, as in client-go: an event that the API server rejects is dropped. */
export class EventRecorder {
  readonly #context: ControllerContext;
  /** Names of the events, by the key of their pod's workspace. At most {@link KEPT_EVENTS} for each. */
  readonly #recorded = new Map<string, string[]>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async record(pod: Involved, lifecycleEvent: PodLifecycleEvent, message?: string): Promise<void> {
    const now = this.#context.now();
    const { namespace, name, labels } = pod.metadata;
    const workspace = keyOf({ namespace, name: labels?.[WORKSPACE_NAME_LABEL] ?? name });
    for (const event of podEvents(pod, lifecycleEvent, { at: now, now, message })) await this.#create(event, workspace);
  }

  async #create(event: EventManifest, about: string): Promise<void> {
    const { client, cache, signal } = this.#context;
    const { name, namespace } = event.metadata;
    try {
      const { object } = await client.create(Events, event, { namespace, signal });
      cache.applyWriteResult(Events, object);
      await this.#deleteOldest(about, name, namespace);
    } catch (error) {
      // The event exists already, the namespace is terminating, or the request is forbidden: nothing depends on events.
      if (!(error instanceof StatusError)) throw error;
    }
  }

  async #deleteOldest(about: string, name: string, namespace: string): Promise<void> {
    const names = this.#recorded.get(about) ?? [];
    this.#recorded.set(about, [...names, name].slice(-KEPT_EVENTS));
    const [oldest] = names.length < KEPT_EVENTS ? [] : names;
    if (oldest === undefined) return;
    const { client, signal } = this.#context;
    await client.delete(Events, { namespace, name: oldest }, { signal }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error; // Already deleted.
    });
  }
}
