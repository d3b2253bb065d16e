/** Counts values by buckets, without labels. prom-client's histograms look up their labels for each value. */
export class Histogram {
  readonly #bounds: readonly number[];
  /** Counts of values up to each bound, and of larger ones. */
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds upper bounds of the buckets, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = [...bounds, 0].map(() => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  text(name: string, labels: string): string {
    return histogramText(name, labels, { bounds: this.#bounds, counts: this.#counts, sum: this.#sum });
  }
}

interface HistogramValues {
  readonly bounds: readonly number[];
  /** Counts of values up to each bound, and of larger ones. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Returns samples in the text format of Prometheus: cumulative buckets, sum and count. */
export function histogramText(name: string, labels: string, { bounds, counts, sum }: HistogramValues): string {
  let count = 0;
  const buckets = counts.map((inBucket, index) => {
    count += inBucket;
    return `${name}_bucket{${labels},le="${bounds[index] ?? '+Inf'}"} ${count}`;
  });
  return [...buckets, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`].join('\n');
}
