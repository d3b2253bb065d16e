import type { ApiObject } from '../api-object.ts';
import type { SimulatedCluster } from '../cluster.ts';
import { listAt, stringAt } from '../json.ts';
import { getExisting } from '../read-handlers.ts';
import { type BodyResponse, textResponse, type LogResponse } from '../response.ts';
import { negotiateOutput } from '../negotiation.ts';
import type { IncomingRequest } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import { badRequestError } from '../status.ts';
import { type ContainerLog, LogReader } from './container-log.ts';
import { parseLogOptions } from './log-options.ts';
import { containerNames, type ContainerRunStatus, containerStatuses, type ContainerRuns } from './pod-logs.ts';

/**
 * Returns the log of a container as plain text. Like kube-apiserver, refuses requests that accept only plain text.
 * @throws {ApiStatusError} 400 with the kubelet's message if the container does not exist or has not started
 */
export function handleLog(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): BodyResponse | LogResponse {
  negotiateOutput(request.headers.accept, request.query);
  const { namespace = '', name = '' } = request;
  const options = parseLogOptions(request.query, name);
  const pod = getExisting(cluster, resource, request);
  const container = selectContainer(pod, options.container);
  if (!stringAt(pod['spec'], 'nodeName')) return { ...textResponse(200, ''), code: 204 };
  const state = containerStatuses(pod).find((status) => status.name === container);
  if (!state) throw badRequestError(`container "${container}" in pod "${name}" is not available`);
  const at = { namespace, pod: name, container };
  const log = selectRun(cluster.logs.runsOf(at), { state, pod: name, previous: options.previous });
  const follows = options.follow && state.state === 'running' && !options.previous;
  return { type: 'log', reader: new LogReader(log ?? (follows ? cluster.logs.open(at) : undefined), options, follows) };
}

function selectContainer(pod: ApiObject, asked: string): string {
  const { name } = pod.metadata;
  const names = containerNames(pod);
  if (asked !== '') {
    if (names.includes(asked)) return asked;
    throw badRequestError(`container ${asked} is not valid for pod ${name}`);
  }
  const ordinary = listAt(pod['spec'], 'containers');
  const [only] = ordinary;
  if (ordinary.length === 1) return stringAt(only, 'name') ?? '';
  const choice = ordinary.length === 0 ? '' : `, choose one of: [${names.join(' ')}]`;
  throw badRequestError(`a container name must be specified for pod ${name}${choice}`);
}

interface RunSelector {
  readonly state: ContainerRunStatus;
  readonly pod: string;
  readonly previous: boolean;
}

/** Returns the log of the requested run; undefined if that run has printed nothing. */
function selectRun({ latest, before }: ContainerRuns, { state, pod, previous }: RunSelector): ContainerLog | undefined {
  const which = `container "${state.name}" in pod "${pod}"`;
  if (previous && !state.ranBefore) throw badRequestError(`previous terminated ${which} not found`);
  if (state.state !== 'waiting') return previous ? before : latest;
  // While a container waits between two runs, its log is that of the last run.
  if (state.ranBefore) return latest?.ended ? latest : (before ?? latest);
  throw badRequestError(`${which} is waiting to start${waitingFor(state.reason)}`);
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
