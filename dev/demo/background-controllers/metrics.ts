import { parseQuantity } from '../../../src/kubernetes/quantity.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Pod } from '../kubernetes-resources.ts';
import { timestamp } from '../metadata.ts';
import { listObjects } from './object-access.ts';

const METRICS = 'metrics.k8s.io/v1beta1';
const WAVE_MS = 90_000;

/** Updates the PodMetrics of running pods and deletes those of all others, as the metrics server does. */
export function updatePodMetrics(simulator: Simulator, pods: readonly Pod[], now: Date): void {
  const running = pods.filter(isRunning);
  for (const pod of running) simulator.apply(podMetricsOf(pod, now));
  const names = new Set(running.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  for (const { metadata } of listObjects(simulator, METRICS, 'PodMetrics'))
    if (!names.has(`${metadata.namespace}/${metadata.name}`))
      simulator.delete(METRICS, 'PodMetrics', metadata.name, metadata.namespace);
}

function isRunning({ status }: Pod): boolean {
  return status?.containerStatuses?.some(({ state }) => state.running) ?? false;
}

function podMetricsOf({ metadata, spec }: Pod, now: Date) {
  const { name, namespace, uid, labels } = metadata;
  // A sine wave between 10 % and 90 % of the requests. The UID determines its phase, so that pods differ.
  const phase = (now.getTime() / WAVE_MS + Number.parseInt(uid.slice(0, 4), 16) / 0x1_00_00) * 2 * Math.PI;
  const share = 0.5 + 0.4 * Math.sin(phase);
  const containers = spec.containers.map((container) => {
    const { cpu = '100m', memory = '128Mi' } = container.resources?.requests ?? {};
    const usage = {
      cpu: `${Math.round(amountOf(cpu) * share * 1e9)}n`,
      memory: `${Math.round((amountOf(memory) * (0.3 + share / 2)) / 1024)}Ki`,
    };
    return { name: container.name, usage };
  });
  return {
    apiVersion: METRICS,
    kind: 'PodMetrics',
    metadata: { name, namespace, labels, ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }] },
    timestamp: timestamp(now),
    window: '15.012s',
    containers,
  };
}

/** The API server has validated the quantities of a pod. */
function amountOf(quantity: string): number {
  return parseQuantity(quantity) ?? 0;
}
