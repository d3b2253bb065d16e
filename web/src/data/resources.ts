interface Amount {
  readonly resource: string;
  readonly quantity: string;
}

interface PodResources {
  readonly requests: readonly Amount[];
  readonly limits: readonly Amount[];
}

/** Returns CPU and memory as a person reads them: `500m` is 0.5 CPU, and `250m` stays. */
export function resourcesOf(amounts: readonly Amount[]): string {
  const cpu = amounts.find(({ resource }) => resource === 'cpu')?.quantity;
  const memory = amounts.find(({ resource }) => resource === 'memory')?.quantity;
  return [cpu && `${cpuText(cpu)} CPU`, memory].filter(Boolean).join(' · ');
}

/** Returns requested CPU and memory, and the limits of extended resources, such as `2 CPU · 8Gi · 1 nvidia.com/gpu`. */
export function allResourcesOf({ requests, limits }: PodResources): string {
  const extended = limits.filter(({ resource }) => resource.includes('/'));
  const texts = extended.map(({ resource, quantity }) => `${quantity} ${resource}`);
  return [resourcesOf(requests), ...texts].filter(Boolean).join(' · ');
}

function cpuText(quantity: string): string {
  const millis = /^(\d+)m$/u.exec(quantity)?.[1];
  return millis && Number(millis) % 100 === 0 ? String(Number(millis) / 1_000) : quantity;
}

/** Extended resources of whole GPUs and of their partitions, as the gateway sorts by them, and not of their memory. */
export const GPU = /^(?:[^/]+\/gpu(?:\.shared)?|nvidia\.com\/mig-.+|gpu\.intel\.com\/(?:i915|xe))$/u;

/** Returns the number of GPUs of any vendor, such as `nvidia.com/gpu` and `amd.com/gpu`. */
export function gpusOf({ requests, limits }: PodResources): number {
  const gpus = [...limits, ...requests].filter(({ resource }) => GPU.test(resource));
  return Math.max(0, ...gpus.map(({ quantity }) => Number(quantity) || 0));
}

/** Returns a number with separators of thousands and at most one decimal. */
export function numberText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Returns an amount of memory in its largest unit, such as `1.5 GiB`. */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** power;
  return `${value < 10 && value % 1 !== 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}
