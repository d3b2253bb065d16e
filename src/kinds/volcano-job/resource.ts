import {
  anyObject,
  int,
  listOf,
  record,
  timestamp,
  memoizedDecode,
  object,
  quantity,
  string,
  custom,
  type Decoded,
} from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const networkTopology = object({ mode: string, highestTierAllowed: int, highestTierName: string });
const policy = object({ action: string, event: string, events: listOf(string), exitCode: int, timeout: string });
const partitionPolicy = object({ totalPartitions: int, partitionSize: int, minPartitions: int, networkTopology });
const task = object({
  name: string,
  replicas: int,
  minAvailable: int,
  maxRetry: int,
  topologyPolicy: string,
  dependsOn: object({ name: listOf(string), iteration: string }),
  partitionPolicy,
  policies: listOf(policy),
  template: anyObject,
});
const volume = object({ mountPath: string, volumeClaimName: string, volumeClaim: anyObject });
const spec = object({
  schedulerName: string,
  queue: string,
  minAvailable: int,
  minSuccess: int,
  maxRetry: int,
  priorityClassName: string,
  ttlSecondsAfterFinished: int,
  runningEstimate: string,
  networkTopology,
  plugins: record(custom((value): value is readonly unknown[] | null => value === null || Array.isArray(value))),
  policies: listOf(policy),
  tasks: listOf(task),
  volumes: listOf(volume),
});
const resources = record(quantity);
const status = object({
  state: object({ phase: string, reason: string, message: string, lastTransitionTime: timestamp }),
  conditions: listOf(object({ status: string, lastTransitionTime: timestamp })),
  pending: int,
  running: int,
  succeeded: int,
  Succeeded: int,
  failed: int,
  terminating: int,
  unknown: int,
  retryCount: int,
  minAvailable: int,
  version: int,
  runningDuration: string,
  taskStatusCount: record(object({ phase: record(int) })),
  controlledResources: resources,
  ControlledResources: resources,
});

export type NetworkTopology = Decoded<typeof networkTopology>;
export type PartitionPolicy = Decoded<typeof partitionPolicy>;
export type Policy = Decoded<typeof policy>;
export type Task = Decoded<typeof task>;
export type Volume = Decoded<typeof volume>;
type Status = Decoded<typeof status>;
export type JobCondition = NonNullable<Status['conditions']>[number];

/** Job of any version of Volcano. Read it with {@link jobSpecOf} and {@link jobStatusOf}. */
export interface VolcanoJobObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

export function jobSpecOf(job: VolcanoJobObject): Decoded<typeof spec> {
  return readSpec(job.spec);
}

/** Returns the status. Two of its fields have two spellings. Empty until the controller has reported one. */
export function jobStatusOf(job: VolcanoJobObject): Status {
  return readStatus(job.status);
}

export function succeededOf(job: VolcanoJobObject): number {
  const { succeeded, Succeeded } = jobStatusOf(job);
  return succeeded ?? Succeeded ?? 0;
}

export function controlledResourcesOf(job: VolcanoJobObject): Decoded<typeof resources> {
  const { controlledResources, ControlledResources } = jobStatusOf(job);
  return controlledResources ?? ControlledResources ?? {};
}

export function phaseOf(job: VolcanoJobObject): string | undefined {
  return jobStatusOf(job).state?.phase;
}

export const VolcanoJob = defineResource<VolcanoJobObject>({
  kind: 'Job',
  group: 'batch.volcano.sh',
  version: 'v1alpha1',
  plural: 'jobs',
  namespaced: true,
  cache: {
    watched: 'on-demand',
  },
});
