import { isDeepStrictEqual } from 'node:util';
import type { AdmissionHook, AdmissionReview } from '../../simulator/admission.ts';
import { isJsonObject, listAt, objectAt, stringAt, type JsonObject } from '../../simulator/json.ts';

const WEBHOOK = 'admission webhook "validatejob.volcano.sh" denied the request';
const IMMUTABLE = 'job updates may not change fields other than `minAvailable`, `tasks[*].replicas under spec`';

/**
 * The rules of Volcano's webhook for updates of jobs: replicas, minAvailable, maxRetry and the priority class may
 * change.
 */
export const volcanoAdmission: readonly AdmissionHook[] = [reviewJob];

function reviewJob({ operation, resource, subresource, object, oldObject }: AdmissionReview) {
  if (operation !== 'UPDATE' || subresource || `${resource.resource}.${resource.group}` !== 'jobs.batch.volcano.sh')
    return undefined;
  const problem = jobProblem(objectAt(object, 'spec'), objectAt(oldObject, 'spec'));
  return problem === undefined ? undefined : ({ deny: { code: 400, message: `${WEBHOOK}: ${problem}` } } as const);
}

function jobProblem(spec: JsonObject, old: JsonObject): string | undefined {
  const tasks = tasksOf(spec);
  const replicas = tasks.reduce((sum, task) => sum + numberAt(task, 'replicas'), 0);
  const unsatisfiable = tasks.find((task) => numberAt(task, 'minAvailable') > numberAt(task, 'replicas'));
  if (unsatisfiable) return `'minAvailable' must be <= 'replicas' in task: ${stringAt(unsatisfiable, 'name')}`;
  if (numberAt(spec, 'minAvailable') > replicas) return "job 'minAvailable' must not be greater than total replicas";
  if (tasks.length !== tasksOf(old).length) return 'job updates may not add or remove tasks';
  return isDeepStrictEqual(immutableFields(spec), immutableFields(old)) ? undefined : IMMUTABLE;
}

function immutableFields({
  minAvailable: _available,
  maxRetry: _retry,
  priorityClassName: _priority,
  ...spec
}: JsonObject) {
  return {
    ...spec,
    tasks: tasksOf(spec).map(({ replicas: _replicas, minAvailable: _needed, maxRetry: _tries, ...task }) => task),
  };
}

function tasksOf(spec: JsonObject): readonly JsonObject[] {
  return listAt(spec, 'tasks').filter(isJsonObject);
}

function numberAt(object: JsonObject, field: string): number {
  return Number(object[field] ?? 0);
}
