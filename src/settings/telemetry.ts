import { flag, httpUrl, port, ratio, type Settings } from './settings.ts';

/** Reads the settings of logs of requests, metrics and traces. */
export function telemetrySettings(env: Settings) {
  return {
    /** Port of `/metrics`; 0: any free port. Undefined without metrics. */
    metricsPort: metricsPort(env),
    /** Whether mutations have audit lines, whatever the level. */
    auditLog: flag(env, 'AUDIT_LOG', 'true'),
    /** Share of the successful requests that are logged, from 0 to 1. */
    logSample: ratio(env, 'LOG_SAMPLE', 1),
    /** URL of the receiver of traces, without `/v1/traces`. Empty without traces. */
    otlpEndpoint: httpUrl(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', {
      noun: 'URL without query such as http://otel-collector:4318',
      accepts: ({ search, hash }) => search === '' && hash === '',
    }),
    /** Headers of requests to that receiver. */
    otlpHeaders: headers(env, 'OTEL_EXPORTER_OTLP_HEADERS'),
    /** Share of the traces that begin here and are sent, from 0 to 1. */
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
