import { createHash } from 'node:crypto';
import type { ClusterEvent, InvolvedObject } from '../event.ts';
import type { Pod } from '../pod.ts';
import { setNameOf } from './stateful-set.ts';
import { NO_NODE, RESTARTS, secondsOf, type PodOutcome } from './pod-outcome.ts';

/** What can happen to a pod that others are told of. */
export type PodLifecycleEvent = PodOutcome | 'Created' | 'Ending';

/** An event before an API server has it. */
export type EventManifest = Omit<ClusterEvent, 'metadata'> & {
  readonly metadata: { readonly name: string; readonly namespace: string };
};

/** Of a pod, all that events say of it. */
export type Involved = Pick<Pod, 'spec'> & {
  readonly metadata: Pick<Pod['metadata'], 'name' | 'namespace' | 'uid' | 'ownerReferences'>;
};

interface Occurrence {
  readonly reason: string;
  readonly message: string;
  readonly type?: 'Warning';
  readonly by: 'default-scheduler' | 'kubelet' | 'statefulset-controller';
  readonly count?: number;
  /** Whether it is about the pod as a whole, or about its stateful set, and not about its container. */
  readonly about?: 'pod' | 'set';
}

interface Times {
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
  /** What repeats itself has been repeated until then. */
  readonly now: number;
}

const PACE_MS = 500;
const REPEAT_MS = 30_000;

/** The events that the components of a cluster have recorded when this has happened to a pod, in their order. */
export function podEvents(pod: Involved, lifecycleEvent: PodLifecycleEvent, { at, now }: Times): EventManifest[] {
  const all = occurrences(pod, lifecycleEvent);
  return all.map((occurrence, i) => eventOf(pod, occurrence, { at: at - (all.length - 1 - i) * PACE_MS, now }));
}

function occurrences(pod: Involved, lifecycleEvent: PodLifecycleEvent): Occurrence[] {
  switch (lifecycleEvent) {
    case 'Created': {
      const message = `create Pod ${pod.metadata.name} in StatefulSet ${setNameOf(pod.metadata.name)} successful`;
      return [{ reason: 'SuccessfulCreate', message, by: 'statefulset-controller', about: 'set' }];
    }
    case 'Ending': {
      const message = `delete Pod ${pod.metadata.name} in StatefulSet ${setNameOf(pod.metadata.name)} successful`;
      return [
        { reason: 'SuccessfulDelete', message, by: 'statefulset-controller', about: 'set' },
        { reason: 'Killing', message: 'Stopping container main', by: 'kubelet' },
      ];
    }
    case 'Unschedulable': {
      const by = 'default-scheduler';
      return [{ type: 'Warning', reason: 'FailedScheduling', message: NO_NODE, by, about: 'pod', count: 12 }];
    }
    case 'ContainerCreating':
      return [scheduled(pod)];
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

function eventOf(pod: Involved, { by, count: most = 1, ...occurrence }: Occurrence, { at, now }: Times): EventManifest {
  const { type = 'Normal', reason, message, about } = occurrence;
  const count = Math.max(1, Math.min(most, 1 + Math.floor((now - at) / REPEAT_MS)));
  // What has been repeated as often as it is, goes on.
  const last = most > 1 && count === most ? now - REPEAT_MS / 2 : at + (count - 1) * REPEAT_MS;
  const involvedObject = involved(pod, about);
  const namespace = involvedObject.namespace;
  const host = by === 'kubelet' && pod.spec.nodeName !== undefined ? { host: pod.spec.nodeName } : {};
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${involvedObject.name}.${sha256(`${pod.metadata.uid} ${reason} ${message}`)}`, namespace },
    involvedObject,
    type,
    reason,
    message,
    count,
    firstTimestamp: secondsOf(new Date(at)),
    lastTimestamp: secondsOf(new Date(last)),
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

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
