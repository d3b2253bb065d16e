import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { configOf, directoryOf, gatewayIn, type Deployment } from './deployment/deployed-gateway.ts';
import { Kubectl, kubectlMissing } from './kubectl.ts';

interface VirtualService extends Manifest {
  readonly spec: {
    readonly http: readonly { readonly match: unknown; readonly rewrite: unknown; readonly route: unknown }[];
  };
}

interface NetworkPolicy extends Manifest {
  readonly spec: { readonly ingress: readonly { readonly ports: readonly { readonly port: string | number }[] }[] };
}

/** The largest `timeoutSeconds`, and 5 s. */
const LONGEST_MUTATION_SECONDS = 3_605;
const OVERLAYS = ['token', 'header-istio', 'impersonate', 'oauth2-proxy'] as const;

if (kubectlMissing) console.warn(`The overlays of deploy/ are not built: ${kubectlMissing}.`);

describe.skipIf(kubectlMissing)('the overlays of deploy/', () => {
  const built = new Map<string, readonly Manifest[]>();
  beforeAll(async () => {
    await using kubectl = await Kubectl.for('');
    for (const overlay of OVERLAYS) {
      const printed = await kubectl.run('kustomize', directoryOf(overlay));
      built.set(
        overlay,
        parseAllDocuments(printed).map((document) => document.toJS() as Manifest),
      );
    }
  });

  function deploymentOf(overlay: string): Deployment {
    const found = built.get(overlay)?.find(({ kind }) => kind === 'Deployment');
    if (!found) throw new TypeError(`Expected a Deployment in ${overlay}.`);
    return found as Manifest & Deployment;
  }

  it.each(OVERLAYS)('gives the pod time for the whole shutdown: %s', (overlay) => {
    const { spec } = deploymentOf(overlay).spec.template;
    const { lifecycle } = gatewayIn(deploymentOf(overlay));
    const { shutdownDelaySeconds, drainSeconds } = configOf(deploymentOf(overlay));
    const shutdown = (lifecycle?.preStop.sleep.seconds ?? 0) + shutdownDelaySeconds + 3 * drainSeconds;
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(shutdown);
  });

  it.each(OVERLAYS)('renders the version of package.json as image tag: %s', (overlay) => {
    const { version }: { version: string } = JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8'),
    );
    expect(gatewayIn(deploymentOf(overlay)).image).toBe(`workspaces-gateway:${version}`);
  });

  it.each(OVERLAYS)('probes ports that exist: %s', (overlay) => {
    const { containers, initContainers = [] } = deploymentOf(overlay).spec.template.spec;
    const all = [...containers, ...initContainers];
    const numbers = new Set<unknown>(all.flatMap(({ ports }) => ports.map(({ containerPort }) => containerPort)));
    const probed = all.flatMap(({ ports, startupProbe, livenessProbe, readinessProbe }) => {
      // The kubelet looks up a name in the probed container only.
      const names = new Set<unknown>(ports.map(({ name }) => name));
      const probes = [startupProbe, livenessProbe, readinessProbe].filter((probe) => probe !== undefined);
      return probes.map(({ httpGet: { port } }) => ({ port, exists: numbers.has(port) || names.has(port) }));
    });
    expect(probed.length).toBeGreaterThan(2);
    expect(probed.filter(({ exists }) => !exists)).toEqual([]);
  });

  // Some network plugins look up a name in the containers of a pod only, and deny all when they do not find it.
  it.each(OVERLAYS)('admits clients to ports of containers, or to numbers: %s', (overlay) => {
    const policy = built.get(overlay)?.find(({ kind }) => kind === 'NetworkPolicy') as NetworkPolicy | undefined;
    const admitted = policy?.spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port)) ?? [];
    const { containers, initContainers = [] } = deploymentOf(overlay).spec.template.spec;
    const names = containers.flatMap(({ ports }) => ports.map(({ name }) => name));
    const numbers = [...containers, ...initContainers].flatMap(({ ports }) => ports.map((port) => port.containerPort));
    expect(admitted).toHaveLength(2);
    expect(admitted.filter((port) => !new Set<unknown>([...names, ...numbers]).has(port))).toEqual([]);
  });

  it.each(OVERLAYS)('serves metrics on an address that Prometheus can reach: %s', (overlay) => {
    const { metricsHost, metricsPort } = configOf(deploymentOf(overlay));
    const { ports } = gatewayIn(deploymentOf(overlay));
    expect(metricsHost).toBe('0.0.0.0');
    expect(ports).toContainEqual(expect.objectContaining({ name: 'metrics', containerPort: metricsPort }));
  });

  it('accepts identity headers only from the sidecar of the pod', () => {
    const sources = OVERLAYS.slice(1).map((overlay) => {
      const { authentication, host } = configOf(deploymentOf(overlay));
      return [host, authentication.mode === 'header' && authentication.trustedProxyCidrs];
    });
    const behindIstio = ['0.0.0.0', ['127.0.0.6/32']];
    expect(sources).toEqual([behindIstio, behindIstio, ['127.0.0.1', []]]);
  });

  it('lets oauth2-proxy wait for longer than a mutation may take', () => {
    const [proxy] = deploymentOf('oauth2-proxy').spec.template.spec.initContainers ?? [];
    const timeout = proxy?.env.find(({ name }) => name === 'OAUTH2_PROXY_UPSTREAM_TIMEOUT')?.value;
    expect(timeout).toMatch(/^\d+s$/u);
    expect(Number.parseInt(timeout ?? '', 10)).toBeGreaterThan(LONGEST_MUTATION_SECONDS);
  });

  it.each(['header-istio', 'impersonate'])(
    'routes the API, GraphiQL and the pictures to their paths in the gateway: %s',
    (overlay) => {
      const found = built.get(overlay)?.find(({ kind }) => kind === 'VirtualService');
      const { http } = (found as VirtualService | undefined)?.spec ?? { http: [] };
      expect(http.map(({ match, rewrite }) => [match, rewrite])).toEqual([
        [[{ uri: { exact: '/workspaces/graphql' } }], { uri: '/graphql' }],
        [[{ uri: { prefix: '/workspaces/graphql/graphiql/' } }], { uri: '/graphql/graphiql/' }],
        [[{ uri: { prefix: '/workspaces/assets/' } }], { uri: '/assets/' }],
      ]);
      const destination = { host: 'workspaces-gateway.kubeflow-system.svc.cluster.local', port: { number: 80 } };
      expect(http.map(({ route }) => route)).toEqual([[{ destination }], [{ destination }], [{ destination }]]);
    },
  );
});
