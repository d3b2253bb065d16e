import { defineKind } from '../../../dev/demo/crds/definition.ts';
import {
  boolean,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  string,
  withRules,
  type Schema,
} from '../../../dev/demo/crds/schema.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';

const strings = listOf(string());
const labels = object({ matchLabels: mapOf(string()) });
const duration = string({ pattern: '^[0-9]+(ms|s|m|h)$' });
/** Istio refuses 0s, which once meant no time-out. */
const positiveDuration = withRules(duration, {
  rule: "duration(self) >= duration('1ms')",
  message: 'must be a valid duration greater than 1ms',
});
const pathMatch = object({ exact: string(), prefix: string() });
const destination = object({ host: string(), port: object({ number: integer() }) }, ['host']);

const virtualService = object({
  gateways: strings,
  hosts: strings,
  http: listOf(
    object({
      name: string(),
      match: listOf(object({ uri: pathMatch })),
      rewrite: object({ uri: string() }),
      route: listOf(object({ destination })),
      timeout: positiveDuration,
      retries: object({ attempts: integer() }),
    }),
  ),
});

const trafficPolicy = object({
  tls: object({ mode: oneOf('DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL') }),
  loadBalancer: object({ simple: oneOf('UNSPECIFIED', 'LEAST_REQUEST', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN') }),
  connectionPool: object({
    http: object({ idleTimeout: positiveDuration, h2UpgradePolicy: oneOf('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE') }),
    tcp: object({ tcpKeepalive: object({ time: positiveDuration, interval: positiveDuration, probes: integer() }) }),
  }),
});

const authorizationPolicy = object({
  selector: labels,
  action: oneOf('ALLOW', 'DENY', 'AUDIT', 'CUSTOM'),
  rules: listOf(
    object({
      from: listOf(object({ source: object({ principals: strings, namespaces: strings }) })),
      to: listOf(object({ operation: object({ ports: strings, paths: strings }) })),
    }),
  ),
});

const serviceMonitor = object({
  selector: labels,
  endpoints: listOf(object({ port: string(), interval: duration, scrapeTimeout: duration, honorLabels: boolean() })),
});

/**
 * Definitions of the kinds of Istio and of the Prometheus Operator that `deploy/` uses. Their schemas have the fields that
 * `deploy/` may use, from the references of both projects, so the API server refuses a misspelled one.
 */
export const definitions: readonly Manifest[] = [
  definitionOf('networking.istio.io', 'VirtualService', virtualService),
  definitionOf('networking.istio.io', 'DestinationRule', object({ host: string(), trafficPolicy }, ['host'])),
  definitionOf('security.istio.io', 'AuthorizationPolicy', authorizationPolicy),
  definitionOf(
    'security.istio.io',
    'PeerAuthentication',
    object({ selector: labels, mtls: object({ mode: oneOf('STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET') }) }),
  ),
  definitionOf('monitoring.coreos.com', 'ServiceMonitor', serviceMonitor),
];

function definitionOf(group: string, kind: string, spec: Schema): Manifest {
  return defineKind({
    group,
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`.replace(/ys$/u, 'ies'),
    shortNames: [],
    scope: 'Namespaced',
    columns: [],
    fields: { spec },
    hasStatus: false,
  });
}
