import { describe, expect, it } from 'vitest';
import { podOf } from '../../../test/support/pods.ts';
import type { PodObject } from './resource.ts';
import { resourceTotalsOf, type Quantities } from './resource-totals.ts';

/** Quantities as in a manifest, which may have numbers. */
type Amounts = Readonly<Record<string, string | number>>;

/** Returns a container with these requests, and the same limits unless given. */
function container(requests: Amounts, limits: Amounts = requests): object {
  return { name: 'c', image: 'i', resources: { requests, limits } };
}

function sidecar(requests: Quantities): object {
  return { ...container(requests), restartPolicy: 'Always' };
}

type Fields = Readonly<Record<string, unknown>>;

function totalsOf(spec: Fields, status: Fields = {}): ReturnType<typeof resourceTotalsOf> {
  return resourceTotalsOf(podOf('nb', { spec, status }) as object as PodObject);
}

describe('the requests of a pod', () => {
  it.each<readonly [title: string, spec: Fields, requests: Quantities]>([
    ['has no resources', { containers: [{ name: 'main', image: 'i' }] }, {}],
    ['has one container', { containers: [container({ cpu: '0.5', memory: '2Gi' })] }, { cpu: '0.5', memory: '2Gi' }],
    [
      'has several containers, which run together',
      { containers: [container({ cpu: '100m', memory: '1Gi' }), container({ cpu: '200m', 'nvidia.com/gpu': 1 })] },
      { cpu: '300m', memory: '1Gi', 'nvidia.com/gpu': '1' },
    ],
    [
      'has units that differ',
      { containers: [container({ cpu: 1, memory: '1Gi' }), container({ cpu: '500m', memory: '512Mi' })] },
      { cpu: '1500m', memory: '1536Mi' },
    ],
    [
      'has an init container that needs less than the containers',
      { initContainers: [container({ cpu: '100m' })], containers: [container({ cpu: '300m' })] },
      { cpu: '300m' },
    ],
    [
      'has init containers of which one needs more of one resource',
      {
        initContainers: [container({ cpu: '2', memory: '64Mi' }), container({ cpu: '1', memory: '128Mi' })],
        containers: [container({ cpu: '300m', memory: '1Gi' })],
      },
      { cpu: '2', memory: '1Gi' },
    ],
    [
      'has a sidecar, which runs with the containers',
      { initContainers: [sidecar({ cpu: '100m' })], containers: [container({ cpu: '300m' })] },
      { cpu: '400m' },
    ],
    [
      'has an init container after a sidecar, which runs with it', // max(100m + 300m, 100m + 500m)
      {
        initContainers: [sidecar({ cpu: '100m' }), container({ cpu: '500m' })],
        containers: [container({ cpu: '300m' })],
      },
      { cpu: '600m' },
    ],
    [
      'has an init container before a sidecar, which runs alone', // max(100m + 300m, 500m)
      {
        initContainers: [container({ cpu: '500m' }), sidecar({ cpu: '100m' })],
        containers: [container({ cpu: '300m' })],
      },
      { cpu: '500m' },
    ],
    [
      'has sidecars around an init container', // max(0.1 + 0.2 + 1, 0.1 + 1.1)
      {
        initContainers: [sidecar({ cpu: '100m' }), container({ cpu: '1100m' }), sidecar({ cpu: '200m' })],
        containers: [container({ cpu: '1' })],
      },
      { cpu: '1300m' },
    ],
    [
      'has an overhead, also of init containers',
      {
        initContainers: [container({ cpu: '2' })],
        containers: [container({ cpu: '1', memory: '1Gi' })],
        overhead: { cpu: '250m', memory: '120Mi' },
      },
      { cpu: '2250m', memory: '1144Mi' },
    ],
    [
      'has pod-level resources, which replace those of the containers but not the overhead',
      {
        containers: [container({ cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '1' })],
        resources: { requests: { cpu: '3' } },
        overhead: { cpu: '500m' },
      },
      { cpu: '3500m', memory: '1Gi', 'nvidia.com/gpu': '1' },
    ],
  ])('returns the requests of a pod that %s', (_, spec, requests) => {
    expect(totalsOf(spec).requests).toEqual(requests);
  });
});

describe('the limits of a pod', () => {
  it.each<readonly [title: string, spec: Fields, limits: Quantities]>([
    ['has none', { containers: [container({ cpu: '1' }, {})], overhead: { cpu: '1' } }, {}],
    [
      'has one of 0, which is none',
      { containers: [container({}, { cpu: '0' })], overhead: { cpu: '1' } },
      { cpu: '0' },
    ],
    [
      'has one on some containers',
      { containers: [container({}, { memory: '1Gi' }), container({}, {})] },
      { memory: '1Gi' },
    ],
    [
      'has an overhead, which is added to limits only',
      { containers: [container({}, { cpu: '1' })], overhead: { cpu: '500m', memory: '1Gi' } },
      { cpu: '1500m' },
    ],
    [
      'has pod-level limits',
      { containers: [container({}, { cpu: '1' })], resources: { limits: { cpu: '4', memory: '8Gi' } } },
      { cpu: '4', memory: '8Gi' },
    ],
  ])('returns the limits of a pod that %s', (_, spec, limits) => {
    expect(totalsOf(spec).limits).toEqual(limits);
  });
});

function amounts(cpu: string) {
  return { requests: { cpu }, limits: { cpu } };
}

function statusOf(resources: object, allocatedResources?: object): Fields {
  return { containerStatuses: [{ name: 'other' }, { name: 'main', resources, allocatedResources }] };
}

describe('the resources of a pod that is resized in place', () => {
  const containers = [{ name: 'main', image: 'i', resources: amounts('2') }];
  const infeasible = { conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }] };
  const deferred = { conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Deferred' }] };

  it.each<readonly [title: string, status: Fields, totals: object]>([
    ['not reported yet', {}, amounts('2')],
    ['smaller', statusOf(amounts('1')), amounts('2')],
    ['larger', statusOf(amounts('3')), amounts('3')],
    [
      'smaller than the allocated ones',
      statusOf(amounts('1'), { cpu: '4' }),
      { ...amounts('2'), requests: { cpu: '4' } },
    ],
    ['smaller, and the node has no room yet', { ...statusOf(amounts('1')), ...deferred }, amounts('2')],
    ['smaller, and the node can never grant more', { ...statusOf(amounts('1')), ...infeasible }, amounts('1')],
    ['none, and the node can never grant any', { ...statusOf({}), ...infeasible }, { requests: {}, limits: {} }],
  ])('returns the resources of a pod that is resized in place when the actual ones are %s', (_, status, totals) => {
    expect(totalsOf({ containers }, status)).toEqual(totals);
  });

  it.each<readonly [title: string, status: Fields, totals: object]>([
    [
      'larger',
      { resources: amounts('5'), allocatedResources: { cpu: '5500m' } },
      { requests: { cpu: '5500m' }, limits: { cpu: '5' } },
    ],
    ['smaller', { resources: amounts('2') }, amounts('3500m')],
    ['smaller, and the node can never grant more', { resources: amounts('2'), ...infeasible }, amounts('2')],
    [
      'smaller than the overhead',
      { resources: amounts('0.1'), ...infeasible },
      { requests: { cpu: '500m' }, limits: { cpu: '0' } },
    ],
  ])('counts pod-level resources if the actual ones, with the overhead, are %s', (_, status, totals) => {
    const spec = { containers: [{ name: 'main', image: 'i' }], resources: amounts('3'), overhead: { cpu: '500m' } };
    expect(totalsOf(spec, status)).toEqual(totals);
  });

  it('counts the resources of the containers if no pod-level ones are specified', () => {
    expect(totalsOf({ containers }, { resources: amounts('9') })).toEqual(amounts('2'));
  });

  it('includes the actual resources of init containers', () => {
    const initContainers = [{ ...sidecar({ cpu: '1' }), name: 'proxy' }];
    const status = { initContainerStatuses: [{ name: 'proxy', resources: amounts('3') }] };
    expect(totalsOf({ containers, initContainers }, status)).toEqual(amounts('5'));
  });
});
