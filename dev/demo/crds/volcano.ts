import { defineKind } from './definition.ts';
import { boolean, coreObject, integer, listMap, listOf, mapOf, object, type Schema, string } from './schema.ts';

/** `jobs.batch.volcano.sh` of Volcano 1.12, with the older spellings of its status fields. */
export const volcanoJobCrd = defineKind({
  group: 'batch.volcano.sh',
  version: 'v1alpha1',
  kind: 'Job',
  plural: 'jobs',
  shortNames: ['vcjob', 'vj'],
  scope: 'Namespaced',
  columns: [
    { name: 'STATUS', type: 'string', jsonPath: '.status.state.phase', description: 'Phase of the job' },
    { name: 'minAvailable', type: 'integer', jsonPath: '.status.minAvailable', description: 'Minimum number of pods' },
    { name: 'RUNNINGS', type: 'integer', jsonPath: '.status.running', description: 'Number of running pods' },
  ],
  fields: { spec: spec(), status: status() },
  hasStatus: true,
});

function spec(): Schema {
  return object({
    maxRetry: integer({ min: 0 }),
    minAvailable: integer({ min: 0 }),
    minSuccess: integer({ min: 1 }),
    networkTopology: object({ mode: string(), highestTierAllowed: integer(), highestTierName: string() }),
    plugins: mapOf(listOf(string())),
    policies: listOf(policy()),
    priorityClassName: string(),
    queue: string(),
    runningEstimate: string(),
    schedulerName: string(),
    tasks: listMap('name', task()),
    ttlSecondsAfterFinished: integer({ min: 0 }),
    volumes: listOf(
      object({ mountPath: string(), volumeClaim: coreObject(), volumeClaimName: string() }, ['mountPath']),
    ),
  });
}

function policy(): Schema {
  return object({
    action: string(),
    event: string(),
    events: listOf(string()),
    exitCode: integer(),
    timeout: string(),
  });
}

function task(): Schema {
  return object(
    {
      name: string(),
      replicas: integer({ min: 0 }),
      minAvailable: integer({ min: 0 }),
      maxRetry: integer({ min: 0 }),
      topologyPolicy: string(),
      dependsOn: object({ name: listOf(string()), iteration: string() }),
      partitionPolicy: coreObject(),
      policies: listOf(policy()),
      template: coreObject(),
    },
    ['name'],
  );
}

function status(): Schema {
  const counters = ['pending', 'running', 'succeeded', 'Succeeded', 'failed', 'terminating', 'unknown'];
  const others = ['retryCount', 'minAvailable', 'version'];
  return object({
    ...Object.fromEntries([...counters, ...others].map((name) => [name, integer()])),
    controlledResources: mapOf(string()),
    ControlledResources: mapOf(string()),
    taskStatusCount: mapOf(object({ phase: mapOf(integer()) })),
    runningDuration: string(),
    conditions: listOf(object({ status: string(), lastTransitionTime: string() }, ['status'])),
    state: object({ phase: string(), reason: string(), message: string(), lastTransitionTime: string() }),
  });
}

/** `commands.bus.volcano.sh`: actions on jobs. Volcano deletes a command after it has executed it. */
export const volcanoCommandCrd = defineKind({
  group: 'bus.volcano.sh',
  version: 'v1alpha1',
  kind: 'Command',
  plural: 'commands',
  shortNames: [],
  scope: 'Namespaced',
  columns: [{ name: 'Action', type: 'string', jsonPath: '.action', description: 'Action to execute' }],
  fields: {
    action: string(),
    message: string(),
    reason: string(),
    target: object(
      {
        apiVersion: string(),
        kind: string(),
        name: string(),
        uid: string(),
        controller: boolean(),
        blockOwnerDeletion: boolean(),
      },
      ['apiVersion', 'kind', 'name', 'uid'],
    ),
  },
  hasStatus: false,
});
