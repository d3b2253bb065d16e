import type { ApiObject } from '../api-object.ts';
import type { Cluster } from '../cluster.ts';
import { listAt, textAt } from '../json.ts';
import { existing } from '../read-handlers.ts';
import { answerText, type Answer, type LogReply } from '../response.ts';
import { readRepresentation } from '../negotiation.ts';
import type { IncomingRequest } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import { badRequest } from '../status.ts';
import type { ContainerLog } from './container-log.ts';
import { containerNames, containerStates, type ContainerState } from './container-state.ts';
import { readLogOptions } from './log-options.ts';
import { LogReader } from './log-reader.ts';
import type { Runs } from './pod-logs.ts';

/**
 * What a container has printed, in plain text. Who asks for plain text alone is refused, as by the real server.
 * @throws {StatusError} 400 for a container that is not there, or has printed nothing yet, in the kubelet's words
 */
export function answerLog(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Answer | LogReply {
  readRepresentation(request.headers.accept, request.query);
  const { namespace = '', name = '' } = request;
  const options = readLogOptions(request.query, name);
  const pod = existing(cluster, resource, request);
  const container = chosenContainer(pod, options.container);
  if (!textAt(pod['spec'], 'nodeName')) return { ...answerText(200, ''), code: 204 };
  const state = containerStates(pod).find((status) => status.name === container);
  if (!state) throw badRequest(`container "${container}" in pod "${name}" is not available`);
  const runs = cluster.logs.runsOf({ namespace, pod: name, container });
  const log = chosenRun(runs, { state, pod: name, previous: options.previous });
  const follows = options.follow && state.state === 'running' && !options.previous;
  return { type: 'log', reader: new LogReader(log, options, follows) };
}

function chosenContainer(pod: ApiObject, asked: string): string {
  const { name } = pod.metadata;
  const names = containerNames(pod);
  if (asked !== '') {
    if (names.includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const ordinary = listAt(pod['spec'], 'containers');
  const [only] = ordinary;
  if (ordinary.length === 1) return textAt(only, 'name') ?? '';
  const choice = ordinary.length === 0 ? '' : `, choose one of: [${names.join(' ')}]`;
  throw badRequest(`a container name must be specified for pod ${name}${choice}`);
}

interface Asked {
  readonly state: ContainerState;
  readonly pod: string;
  readonly previous: boolean;
}

/** The run whose log is meant; undefined for one that has printed nothing. */
function chosenRun({ latest, before }: Runs, { state, pod, previous }: Asked): ContainerLog | undefined {
  const which = `container "${state.name}" in pod "${pod}"`;
  if (previous && !state.ranBefore) throw badRequest(`previous terminated ${which} not found`);
  if (state.state !== 'waiting') return previous ? before : latest;
  // Between two runs, what there is to read is what the last one printed.
  if (state.ranBefore) return latest?.ended ? latest : (before ?? latest);
  throw badRequest(`${which} is waiting to start${waitingFor(state.reason)}`);
}

function waitingFor(reason: string): string {
  switch (reason) {
    case '':
      return ' - no logs yet';
    case 'ErrImagePull':
      return ": image can't be pulled";
    case 'ImagePullBackOff':
      return ': trying and failing to pull image';
    default:
      return `: ${reason}`;
  }
}
