import type { OptionValue, PodSpec } from '../workspace-kind.ts';

interface Size {
  readonly displayName: string;
  readonly cpu: string;
  readonly memory: string;
  readonly gpu?: number;
}

const sizes: Readonly<Record<string, Size>> = {
  tiny_cpu: { displayName: 'Tiny CPU', cpu: '100m', memory: '128Mi' },
  small_cpu: { displayName: 'Small CPU', cpu: '1000m', memory: '2Gi' },
  big_gpu: { displayName: 'Big GPU', cpu: '4000m', memory: '16Gi', gpu: 1 },
};

const GPU_TOLERATION = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };

/** The pod sizes that all kinds of the demo offer. */
export const podConfigs: readonly OptionValue<PodSpec>[] = Object.entries(sizes).map(([id, size]) =>
  podConfig(id, size),
);

function podConfig(id: string, { displayName, cpu, memory, gpu }: Size): OptionValue<PodSpec> {
  const labels = Object.entries({ cpu, memory, ...(gpu ? { gpu: `${gpu}` } : {}) });
  const requests = { cpu, memory };
  return {
    id,
    spawner: {
      displayName,
      description: `Pod with ${cpu} CPU, ${memory} of memory${gpu ? ` and ${gpu} GPU` : ''}`,
      labels: labels.map(([key, value]) => ({ key, value })),
      hidden: false,
    },
    spec: gpu
      ? { resources: { requests, limits: { 'nvidia.com/gpu': gpu } }, tolerations: [GPU_TOLERATION] }
      : { resources: { requests } },
  };
}
