import { httpUrl, integer, type Settings } from './settings.ts';

/** The source of the load of GPUs. */
interface GpuLoadSource {
  /** URL of Prometheus without `/api/v1`. */
  readonly url: string;
  /** File with a bearer token. None if undefined. */
  readonly tokenFile: string | undefined;
  /** File with the certificates of the authorities that may sign that of Prometheus. Those of Node if undefined. */
  readonly caFile: string | undefined;
  /** Query of the load of each pod's GPUs, from 0 to 100. */
  readonly loadQuery: string;
  /** Query of the last time with a load of each pod's GPUs, in seconds since 1970. */
  readonly activityQuery: string;
}

/** The configuration of the load of GPUs. */
export interface PrometheusConfig {
  /** Undefined without a source. */
  readonly gpuLoadSource: GpuLoadSource | undefined;
  /** Time between two reads of it. */
  readonly prometheusIntervalSeconds: number;
}

const GPU_LOAD = 'avg by (namespace, pod) (DCGM_FI_DEV_GPU_UTIL{pod!=""})';
const GPU_ACTIVITY = 'max by (namespace, pod) (max_over_time(timestamp(DCGM_FI_DEV_GPU_UTIL{pod!=""} > 0)[6h:1m]))';

/** Reads the settings of the source also if there is none, so that they are known. */
export function prometheusSettings(env: Settings): PrometheusConfig {
  const url = httpUrl(env, 'PROMETHEUS_URL', {
    noun: 'URL without user and query such as http://prometheus.monitoring:9090',
    accepts: ({ search, hash, username, password }) => `${search}${hash}${username}${password}` === '',
  });
  const source = {
    url,
    tokenFile: env.text('PROMETHEUS_TOKEN_FILE'),
    caFile: env.text('PROMETHEUS_CA_FILE'),
    loadQuery: query(env, 'PROMETHEUS_GPU_LOAD_QUERY', GPU_LOAD),
    activityQuery: query(env, 'PROMETHEUS_GPU_ACTIVITY_QUERY', GPU_ACTIVITY),
  };
  const prometheusIntervalSeconds = integer(env, 'PROMETHEUS_INTERVAL_SECONDS', { default: 30, min: 5, max: 3_600 });
  return { gpuLoadSource: url === '' ? undefined : source, prometheusIntervalSeconds };
}

function query(env: Settings, name: string, fallback: string): string {
  return env.text(name) ?? env.default(name, fallback);
}
