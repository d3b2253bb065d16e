import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { workspace, workspaceKind } from '../manifests.ts';

const STATES = ['Running', 'Paused', 'Pending', 'Error', 'Terminating', 'Unknown'];
/** Label by which filter rules select namespaces. */
const TIER = 'tier';

export interface ClusterGeneratorOptions {
  readonly random: SeededRandom;
  /** Returns a new canary on each call. */
  readonly canary: () => string;
}

/** Generates objects in which every string is a canary. */
export class ClusterGenerator {
  readonly #options: ClusterGeneratorOptions;

  constructor(options: ClusterGeneratorOptions) {
    this.#options = options;
  }

  namespace(name = `ns-${this.#options.canary()}`): Manifest {
    const { random, canary } = this.#options;
    const tier = random.pick(['dev', 'prod', '']);
    const labels = { team: canary(), [canary()]: 'x', ...(tier !== '' && { [TIER]: tier }) };
    return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations: { owner: canary() } } };
  }

  kind(name = `kind-${this.#options.canary()}`): Manifest {
    const { random, canary } = this.#options;
    const spawner = {
      displayName: canary(),
      description: canary(),
      deprecationMessage: canary(),
      hidden: random.below(4) === 0,
      icon: { url: `https://example.com/${canary()}.svg` },
      logo: { url: `https://example.com/${canary()}.svg` },
    };
    const base = workspaceKind(name, {}, spawner);
    const spec = base['spec'] as Readonly<Record<string, unknown>>;
    return {
      ...base,
      metadata: { name, labels: { [canary()]: canary() }, annotations: { note: canary() } },
      spec: { ...spec, podTemplate: this.#podTemplate(), activityRules: [], filterRules: this.#filterRules() },
      status: { workspaces: 7, podTemplateOptions: { imageConfig: [], podConfig: [] } },
    };
  }

  #podTemplate(): object {
    const { canary } = this.#options;
    const image = (id: string, to?: string) => ({
      id,
      spawner: { displayName: canary(), description: canary(), labels: [{ key: 'python', value: canary() }] },
      ...(to && { redirect: { to, message: { level: 'Warning', text: canary() } } }),
      spec: { image: `example.com/${canary()}`, ports: [{ id: 'lab', port: 8888, displayName: canary() }] },
    });
    const size = (id: string) => ({
      id,
      spawner: { displayName: canary(), labels: [{ key: 'cpu', value: canary() }] },
      spec: { nodeSelector: { pool: canary() } },
    });
    return {
      podMetadata: { labels: { team: canary() }, annotations: { note: canary() } },
      serviceAccount: { clusterRoles: [{ name: canary() }] },
      activityProbe: { podExec: { outputPath: '/x', timeoutSeconds: 10, script: `echo ${canary()}` } },
      volumeMounts: { home: `/home/${canary()}` },
      ports: [{ id: 'lab', protocol: 'HTTP', defaultDisplayName: canary() }],
      extraEnv: [{ name: 'TOKEN', value: canary() }],
      options: {
        imageConfig: { spawner: { default: 'two' }, values: [image('one', 'two'), image('two')] },
        podConfig: { spawner: { default: 'tiny' }, values: [size('tiny'), size('big')] },
      },
    };
  }

  #filterRules(): readonly object[] {
    const { random, canary } = this.#options;
    const effect = () => ({
      ui: { hide: random.below(2) === 0 },
      api: { deny: random.below(2) === 0, hide: random.below(3) === 0, denyMessage: { text: canary() } },
    });
    const selector = () =>
      random.pick([
        { matchExpressions: [{ key: TIER, operator: 'DoesNotExist' }] },
        { matchExpressions: [{ key: TIER, operator: 'NotIn', values: ['dev'] }] },
        { matchLabels: { [TIER]: 'prod' } },
      ]);
    return ['WORKSPACE_KIND', 'IMAGE_CONFIG', 'POD_CONFIG'].map((scope) => ({
      scope,
      effect: effect(),
      match: [{ matchNamespace: { selector: selector() } }],
    }));
  }

  /** Returns an object of the same name with new canaries. */
  another({ metadata, ...object }: Manifest): Manifest {
    const { name, namespace, labels } = metadata;
    const renew = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value ?? {}).replaceAll(/zq\d{5}q/gu, () => this.#options.canary()));
    const renewed = renew({ object, labels }) as { readonly object: Manifest; readonly labels: object };
    return {
      ...renewed.object,
      metadata: { name, ...(namespace !== undefined && { namespace }), labels: renewed.labels },
    } as Manifest;
  }

  workspace(namespace: string, kind: string, name = `nb-${this.#options.canary()}`): Manifest {
    const { random, canary } = this.#options;
    const spec = {
      displayName: canary(),
      podTemplate: {
        podMetadata: { labels: { team: canary() }, annotations: { note: canary() } },
        volumes: {
          home: canary(),
          data: [{ pvcName: canary(), mountPath: `/${canary()}`, readOnly: true }],
          secrets: [{ secretName: canary(), mountPath: `/${canary()}`, defaultMode: 256 }],
        },
        options: { imageConfig: random.pick(['one', 'two']), podConfig: random.pick(['tiny', 'big']) },
      },
    };
    const made = workspace(name, {
      namespace,
      kind,
      state: random.pick(STATES),
      spec: { kind, ...spec },
      status: this.#status(),
    });
    return { ...made, metadata: { ...made.metadata, labels: { [canary()]: canary() }, annotations: this.#notes() } };
  }

  #status(): Readonly<Record<string, unknown>> {
    const { canary } = this.#options;
    return {
      stateMessage: canary(),
      podTemplatePod: { name: canary(), nodeName: canary(), containers: [{ name: canary() }], initContainers: [] },
      podTemplateOptions: {
        imageConfig: { desired: 'two', redirectChain: [{ source: 'one', target: 'two' }] },
        podConfig: { desired: 'tiny' },
      },
    };
  }

  #notes(): Readonly<Record<string, string>> {
    const { canary } = this.#options;
    return { 'notebooks.kubeflow.org/created-by': canary(), 'notebooks.kubeflow.org/updated-by': canary() };
  }
}
