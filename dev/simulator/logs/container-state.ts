import { isJsonObject, listAt, objectAt, textAt, type JsonObject } from '../json.ts';

/** What a pod's status says of one of its containers. */
export interface ContainerState {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'terminated';
  /** Why it waits. */
  readonly reason: string;
  /** Whether it has run, and ended, before. */
  readonly ranBefore: boolean;
}

const STATUSES = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];
const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];

export function containerStates(pod: JsonObject): readonly ContainerState[] {
  return STATUSES.flatMap((list) => listAt(pod['status'], list).filter(isJsonObject).map(stateOf));
}

/** The names of a pod's containers, those that come first first. */
export function containerNames(pod: JsonObject): readonly string[] {
  return CONTAINERS.flatMap((list) => listAt(pod['spec'], list).map((container) => textAt(container, 'name') ?? ''));
}

function stateOf(status: JsonObject): ContainerState {
  const { running, terminated, waiting } = objectAt(status, 'state');
  return {
    name: textAt(status, 'name') ?? '',
    state: isJsonObject(running) ? 'running' : isJsonObject(terminated) ? 'terminated' : 'waiting',
    reason: textAt(waiting, 'reason') ?? '',
    ranBefore: isJsonObject(objectAt(status, 'lastState')['terminated']),
  };
}
