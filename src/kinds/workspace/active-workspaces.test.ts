import { expect, it } from 'vitest';
import { seededRandom, type SeededRandom } from '../../../test/support/seeded-random.ts';
import { derivedValues, ObjectField, type FieldValues } from '../../kubernetes/object-field.ts';
import { GpuLoads } from '../../viewer-client/gpu-loads.ts';
import { ExaminedWorkspaces, SortedWorkspaces, type RequestCounts } from './active-workspaces.ts';
import type { RelatedFields } from './related-fields.ts';
import type { ResourceRequests } from './requests.ts';
import type { WorkspaceObject } from './resource.ts';

const amounts: readonly ResourceRequests[] = Array.from({ length: 3 }, () => new Map());
const numberOf = ({ metadata }: WorkspaceObject): number => Number(metadata.name.slice(3));
const podName = new ObjectField((workspace: WorkspaceObject) =>
  numberOf(workspace) % 5 === 0 ? null : `${workspace.metadata.name}-0`,
);
const requests = new ObjectField((workspace: WorkspaceObject) => amounts[numberOf(workspace) % 4] ?? null);
const related: Pick<RelatedFields, 'podName' | 'requests'> = { podName, requests };

function anyValues(random: SeededRandom, number: number): FieldValues<WorkspaceObject> {
  const lastActivity = random.pick([0, 1_000, 1_000 + random.below(50), 1_000 + random.below(10_000)]);
  return derivedValues<WorkspaceObject>({
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: {
      namespace: 'team-a',
      name: `nb-${number}`,
      uid: `uid-${number}`,
      resourceVersion: '1',
      creationTimestamp: '',
    },
    spec: {},
    status: { state: random.pick(['Running', 'Running', 'Running', 'Paused']), activity: { lastActivity } },
  });
}

async function loadsOfOddPods(): Promise<GpuLoads> {
  const { promise: isRead, resolve } = Promise.withResolvers<void>();
  const samples = Array.from({ length: 300 }, (_, index) => ({
    labels: { namespace: 'team-a', pod: `nb-${2 * index + 1}-0` },
    value: 5_000,
  }));
  const loads = new GpuLoads({
    readLoads: () => Promise.resolve([]),
    readActivity: () => (resolve(), Promise.resolve(samples)),
    intervalMs: 1_000_000,
    onFailure: () => undefined,
  });
  await isRead;
  while (loads.updatedAt === undefined) await Promise.resolve();
  return loads;
}

it.each([1, 2, 3, 4])('counts the same workspaces in order as by examining each (seed %i)', async (seed) => {
  using gpuLoads = await loadsOfOddPods();
  const random = seededRandom(seed);
  const sorted = new SortedWorkspaces(related);
  const examined = new ExaminedWorkspaces(related);
  const present = new Map<number, FieldValues<WorkspaceObject>>();
  let most = 0;
  for (let step = 0; step < 400; step += 1) {
    const isGrowing = step < 250;
    for (let change = random.below(20); change > 0; change -= 1) {
      const number = random.below(600);
      const before = present.get(number);
      if (before) for (const each of [sorted, examined]) each.remove(before);
      present.delete(number);
      if (!isGrowing || random.below(5) === 0) continue;
      const after = anyValues(random, number);
      present.set(number, after);
      for (const each of [sorted, examined]) each.add(after);
    }
    for (const time of [0, 1_000_000, 1_000_000 + random.below(10_000_000), Infinity])
      for (const loads of [undefined, gpuLoads]) {
        const [counts, expected]: RequestCounts[] = [new Map(), new Map()];
        const count = examined.addIdleTo(expected ?? new Map(), time, loads);
        expect([time, sorted.addIdleTo(counts ?? new Map(), time, loads), counts]).toEqual([time, count, expected]);
        most = Math.max(most, count);
      }
  }
  expect(most).toBeGreaterThan(200); // several blocks
});
