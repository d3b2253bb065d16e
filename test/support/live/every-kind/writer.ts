import type { Manifest } from '../../../../dev/simulator/api-object.ts';
import type { Simulator } from '../../../../dev/simulator/simulator.ts';
import { devPod, volcanoJob } from '../../devpod-and-volcano.ts';
import { eventOf } from '../../events.ts';
import { namespace, workspace, workspaceKind } from '../../manifests.ts';
import { podOf } from '../../pods.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import { claim, storageClass, volumeOf } from '../../storage.ts';
import { describeObject } from '../cluster.ts';

export const NAMESPACES = ['team-a', 'team-b'];
const KINDS = ['lab', 'code'];
const CLASSES = ['fast', 'slow'];
const NODES = ['node-1', 'node-2'];

interface KindWriterOptions {
  readonly simulator: Simulator;
  readonly random: SeededRandom;
  readonly note: (what: string) => void;
}

/** Writes random objects of every kind. Names are few, so that objects refer to each other, and are replaced and created again. */
export class KindWriter {
  readonly #options: KindWriterOptions;
  readonly #generators: readonly (() => Manifest)[];

  constructor(options: KindWriterOptions) {
    this.#options = options;
    this.#generators = [
      ...Array.from({ length: 4 }, () => () => this.#workspace()),
      ...Array.from({ length: 3 }, () => () => this.#pod()),
      ...Array.from({ length: 2 }, () => () => this.#claim()),
      () => this.#kind(),
      () => this.#namespace(),
      () => this.#volume(),
      () => this.#class(),
      () => this.#event(),
      () => this.#event(),
      () => this.#devPod(),
      () => this.#job(),
    ];
  }

  writeInitialObjects(): void {
    for (const name of NAMESPACES) this.#apply(namespace(name));
    for (let count = 0; count < 60; count += 1) this.#apply(this.#options.random.pick(this.#generators)());
  }

  /** Creates, replaces or deletes one object, or changes one and undoes the change. */
  write(): void {
    const { random, simulator } = this.#options;
    const manifest = random.pick(this.#generators)();
    const { name = '', namespace: at } = manifest.metadata;
    const before = simulator.get(manifest.apiVersion, manifest.kind, name, at) as Manifest | undefined;
    const dice = random.below(10);
    if (!before || dice < 5) this.#apply(manifest);
    else if (dice < 6) this.#applyAndUndo(manifest, before);
    else if (manifest.kind === 'Namespace') this.#apply(manifest);
    else {
      this.#options.note(`delete ${describeObject(manifest)}`);
      simulator.delete(manifest.apiVersion, manifest.kind, name, at);
      if (dice === 9) this.#apply(manifest);
    }
  }

  #applyAndUndo(manifest: Manifest, before: Manifest): void {
    this.#apply(manifest);
    const { uid: _, resourceVersion: __, ...metadata } = before.metadata;
    this.#apply({ ...before, metadata });
  }

  #apply(manifest: Manifest): void {
    this.#options.note(`put ${describeObject(manifest)}`);
    this.#options.simulator.apply(manifest);
  }

  #name(prefix: string, count = 4): string {
    return `${prefix}-${1 + this.#options.random.below(count)}`;
  }

  #workspace(): Manifest {
    const { random } = this.#options;
    const options = { imageConfig: random.pick(['scipy', 'scipy-2']), podConfig: random.pick(['tiny', 'big']) };
    const volumes = { home: this.#name('home', 3), data: [{ pvcName: this.#name('home', 3), mountPath: '/data' }] };
    const kind = random.pick([...KINDS, 'none']);
    return workspace(this.#name('nb'), {
      namespace: random.pick(NAMESPACES),
      state: random.pick(['Running', 'Paused', 'Error']),
      spec: { kind, displayName: random.pick(['Blue', 'Red']), podTemplate: { volumes, options } },
      status: { podTemplatePod: { name: random.pick(['', this.#name('pod')]), nodeName: '' } },
    });
  }

  #kind(): Manifest {
    const { random } = this.#options;
    const base = workspaceKind(
      random.pick(KINDS),
      {},
      { displayName: random.pick(['Kind of blue', 'Kind of red']), hidden: random.below(3) === 0 },
    );
    const text = JSON.stringify(base).replaceAll('SciPy 1', random.pick(['Image 1', 'SciPy 1']));
    return JSON.parse(text.replaceAll('example.com/scipy:latest', `example.com/scipy:${random.below(3)}`)) as Manifest;
  }

  #namespace(): Manifest {
    const { random } = this.#options;
    return namespace(random.pick(NAMESPACES), random.pick([{}, { tier: 'dev' }, { tier: 'prod' }]));
  }

  #pod(): Manifest {
    const { random } = this.#options;
    const limits = random.pick([{}, { 'nvidia.com/gpu': '1' }]);
    const volumes = random.pick([[], [{ name: 'home', persistentVolumeClaim: { claimName: this.#name('home', 3) } }]]);
    const containers = [{ name: 'main', image: 'example.com/scipy:1', resources: { limits, requests: limits } }];
    return podOf(this.#name('nb'), {
      namespace: random.pick(NAMESPACES),
      name: this.#name('pod'),
      spec: { nodeName: random.pick(NODES), containers, volumes },
      status: { phase: random.pick(['Running', 'Pending', 'Failed']) },
      ...(random.below(6) === 0 && { metadata: { labels: {} } }),
    });
  }

  #claim(): Manifest {
    const { random } = this.#options;
    return claim(this.#name('home', 3), {
      metadata: { namespace: random.pick(NAMESPACES) },
      spec: { storageClassName: random.pick(CLASSES) },
      status: { phase: random.pick(['Bound', 'Pending']) },
    });
  }

  #volume(): Manifest {
    const { random } = this.#options;
    const home = this.#name('home', 3);
    const claimRef = { namespace: random.pick(NAMESPACES), name: home };
    return volumeOf(home, { claimRef, storageClassName: random.pick(CLASSES) });
  }

  #class(): Manifest {
    const { random } = this.#options;
    const labels = random.pick([{}, { 'notebooks.kubeflow.org/can-use': 'true' }]);
    return storageClass(random.pick(CLASSES), { metadata: { labels }, provisioner: random.pick(['ebs', 'nfs']) });
  }

  #event(): Manifest {
    const { random } = this.#options;
    const [kind, prefix] = random.pick([['Workspace', 'nb'] as const, ['Pod', 'pod'] as const]);
    const at = random.pick(NAMESPACES);
    return eventOf(kind, this.#name(prefix), {
      metadata: { name: this.#name('event', 6), namespace: at },
      involvedObject: { namespace: at },
      type: random.pick(['Normal', 'Warning']),
      count: 1 + random.below(5),
    });
  }

  #devPod(): Manifest {
    const { random } = this.#options;
    return devPod(this.#name('dp', 3), {
      metadata: { namespace: random.pick(NAMESPACES) },
      spec: { displayName: random.pick(['Blue', 'Red']) },
      status: { phase: random.pick(['Ready', 'Sleeping']) },
    });
  }

  #job(): Manifest {
    const { random } = this.#options;
    return volcanoJob(this.#name('job', 3), {
      metadata: { namespace: random.pick(NAMESPACES) },
      spec: { queue: random.pick(['gpu', 'default']) },
      status: { state: { phase: random.pick(['Running', 'Pending']) }, running: random.below(3) },
    });
  }
}
