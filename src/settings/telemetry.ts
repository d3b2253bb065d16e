import { flag, httpUrl, port, ratio, type Settings } from './settings.ts';

/** The configuration of logs of requests, metrics and traces. */
export interface TelemetryConfig {
  /** Port of `/metrics`; 0: any free port. Undefined without metrics. */
  readonly metricsPort: number | undefined;
  /** Whether mutations have audit lines, whatever the level. */
  readonly auditLog: boolean;
  /** Share of the successful requests that are logged, from 0 to 1. */
  readonly logSample: number;
  /** URL of the receiver of traces, without `/v1/traces`. Empty without traces. */
  readonly otlpEndpoint: string;
  /** Headers of requests to that receiver. */
  readonly otlpHeaders: Readonly<Record<string, string>>;
  /** Share of the traces that begin here and are sent, from 0 to 1. */
  readonly traceSample: number;
}

export function telemetrySettings(env: Settings): TelemetryConfig {
  return {
    metricsPort: metricsPort(env),
    auditLog: flag(env, 'AUDIT_LOG', 'true'),
    logSample: ratio(env, 'LOG_SAMPLE', 1),
    otlpEndpoint: httpUrl(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', {
      noun: 'URL without query such as http://otel-collector:4318',
      accepts: ({ search, hash }) => search === '' && hash === '',
    }),
    otlpHeaders: headers(env, 'OTEL_EXPORTER_OTLP_HEADERS'),
    traceSample: ratio(env, 'TRACE_SAMPLE', 1),
  };
}

/** 0 and `off` disable the metrics. */
function metricsPort(env: Settings): number | undefined {
  if (env.text('METRICS_PORT') === 'off') return undefined;
  const chosen = port(env, 'METRICS_PORT', 9090);
  if (chosen !== 0 && chosen === port(env, 'PORT', 4000))
    env.reject(
      'METRICS_PORT',
      `Expected METRICS_PORT to be another port than PORT, got ${chosen}. Set it to 0 for no metrics.`,
    );
  return chosen === 0 ? undefined : chosen;
}

/** Reads `name=value` pairs, which may contain secrets. As OpenTelemetry defines for this variable, values are percent-encoded. */
function headers(env: Settings, name: string): Readonly<Record<string, string>> {
  const pairs = (env.text(name) ?? '').split(',').flatMap((pair) => pair.trim() || []);
  const entries = pairs.map(
    (pair) => [pair.replace(/=.*$/u, '').trim(), decoded(pair.replace(/^[^=]*=?/u, ''))] as const,
  );
  if (entries.some(([header, value]) => !/^[\w-]+$/u.test(header) || !value))
    env.reject(name, `Expected ${name} to be comma-separated pairs such as api-key=secret, got another text.`);
  return Object.fromEntries(entries.map(([header, value = '']) => [header, value]));
}

/** Returns undefined if a text is not percent-encoded. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined; // the caller rejects the setting
  }
}
