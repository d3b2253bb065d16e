import {
  anyObject,
  int,
  listOf,
  mapOf,
  moment,
  reader,
  record,
  text,
  whole,
  type Formed,
} from '../../kubernetes/form.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

/** As text, or as a bare number. */
const quantity = whole((value): value is string | number => typeof value === 'string' || typeof value === 'number');

const networkTopology = record({ mode: text, highestTierAllowed: int, highestTierName: text });
const policy = record({ action: text, event: text, events: listOf(text), exitCode: int, timeout: text });
const partitionPolicy = record({ totalPartitions: int, partitionSize: int, minPartitions: int, networkTopology });
const task = record({
  name: text,
  replicas: int,
  minAvailable: int,
  maxRetry: int,
  topologyPolicy: text,
  dependsOn: record({ name: listOf(text), iteration: text }),
  partitionPolicy,
  policies: listOf(policy),
  template: anyObject,
});
const volume = record({ mountPath: text, volumeClaimName: text, volumeClaim: anyObject });
const spec = record({
  schedulerName: text,
  queue: text,
  minAvailable: int,
  minSuccess: int,
  maxRetry: int,
  priorityClassName: text,
  ttlSecondsAfterFinished: int,
  runningEstimate: text,
  networkTopology,
  plugins: mapOf(whole((value): value is readonly unknown[] | null => value === null || Array.isArray(value))),
  policies: listOf(policy),
  tasks: listOf(task),
  volumes: listOf(volume),
});
const resources = mapOf(quantity);
const status = record({
  state: record({ phase: text, reason: text, message: text, lastTransitionTime: moment }),
  conditions: listOf(record({ status: text, lastTransitionTime: moment })),
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
  runningDuration: text,
  taskStatusCount: mapOf(record({ phase: mapOf(int) })),
  controlledResources: resources,
  ControlledResources: resources,
});

export type NetworkTopology = Formed<typeof networkTopology>;
export type PartitionPolicy = Formed<typeof partitionPolicy>;
export type Policy = Formed<typeof policy>;
export type Task = Formed<typeof task>;
export type Volume = Formed<typeof volume>;
type Status = Formed<typeof status>;
export type JobCondition = NonNullable<Status['conditions']>[number];

/** A job of any version of Volcano: read it through {@link jobSpecOf} and {@link jobStatusOf}. */
export interface VolcanoJobObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = reader(spec, {});
const readStatus = reader(status, {});

/** What is asked for. */
export function jobSpecOf(job: VolcanoJobObject): Formed<typeof spec> {
  return readSpec(job.spec);
}

/** What the controller reports, of which two fields have a second spelling. Empty until it has looked. */
export function jobStatusOf(job: VolcanoJobObject): Status {
  return readStatus(job.status);
}

export function succeededOf(job: VolcanoJobObject): number {
  const { succeeded, Succeeded } = jobStatusOf(job);
  return succeeded ?? Succeeded ?? 0;
}

export function controlledResourcesOf(job: VolcanoJobObject): Formed<typeof resources> {
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
