import type { SeededRandom } from '../seeded-random.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { namespace, workspace, workspaceKind } from '../manifests.ts';
import { describeObject, type Cluster } from './cluster.ts';

const namespaces = ['ns-1', 'ns-2', 'ns-3'];
const kinds = ['kind-1', 'kind-2', 'kind-3'];
/** Values of the label `team`. Empty: no label. */
const teams = ['a', 'b', ''];
const states = ['Running', 'Paused', 'Pending', 'Error', 'Terminating', ''];
const displayNames = ['blue', 'deep blue', 'red', ''];

type Workspace = NonNullable<Parameters<typeof workspace>[1]> & { readonly displayName?: string };

interface WriterOptions {
  readonly cluster: Cluster;
  readonly random: SeededRandom;
  /** Maximum number of workspaces in one namespace. */
  readonly workspaces: number;
  /** Length of the state messages of workspaces, in characters. */
  readonly messageLength: number;
  readonly note: (what: string) => void;
}

/** Writes random changes. It remembers the objects that it has written, so that it can change one property of them. */
export class RandomWriter {
  readonly #options: WriterOptions;
  readonly #written = new Map<string, Workspace>();
  #serial = 0;
  /** Key of the workspace that was written last. Empty before the first. */
  #latest = '';

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Creates the initial objects. */
  async createInitialObjects(): Promise<void> {
    this.#written.clear();
    for (const name of namespaces) await this.#put(namespace(name, { team: 'a' }));
    for (const name of kinds) await this.#put(this.#kind(name));
    for (const at of namespaces) {
      for (let index = 1; index <= this.#options.workspaces; index += 2) await this.#write(`nb-${index}`, at);
    }
  }

  /** Makes one random change. */
  async writeRandom(): Promise<void> {
    const { random } = this.#options;
    const dice = random.below(100);
    if (dice < 30) return this.#change(this.#oneThing());
    if (dice < 45) return this.#write(this.#name(), random.pick(namespaces));
    if (dice < 57) return this.#remove();
    if (dice < 65) return this.#recreate();
    if (dice < 72) return this.#changeAndBack();
    if (dice < 80) return this.#put(this.#kind(random.pick(kinds)));
    if (dice < 84) return this.#delete(this.#kind(random.pick(kinds)));
    if (dice < 90) return this.#put(this.#namespace());
    if (dice < 94) return this.#change({ labels: { unseen: String(this.#next()) } });
    return this.#sweep();
  }

  /** Changes every workspace at once, to make clients slow. */
  async updateAll(): Promise<void> {
    for (const key of this.#written.keys()) await this.#rewrite(key, {});
  }

  /** Returns the name of a workspace that may exist; often of one whose latest change some gateways do not know yet. */
  anyWorkspace(): { readonly name: string; readonly namespace: string } {
    const key = this.#options.random.below(2) === 0 ? this.#latest : this.#key();
    const [at = '', name = ''] = key.split('/');
    return { name, namespace: at };
  }

  async #write(name: string, at: string): Promise<void> {
    return this.#rewrite(`${at}/${name}`, this.#anything());
  }

  async #change(change: Workspace): Promise<void> {
    return this.#rewrite(this.#key(), change);
  }

  async #changeAndBack(): Promise<void> {
    const key = this.#key();
    const before = this.#written.get(key) ?? this.#anything();
    await this.#rewrite(key, this.#oneThing());
    await this.#rewrite(key, before);
  }

  async #recreate(): Promise<void> {
    const key = this.#key();
    await this.#delete(this.#workspace(key));
    await this.#rewrite(key, this.#options.random.below(2) === 0 ? {} : this.#anything());
  }

  async #remove(): Promise<void> {
    const key = this.#key();
    const manifest = this.#workspace(key);
    this.#written.delete(key);
    await this.#delete(manifest);
  }

  async #rewrite(key: string, change: Workspace): Promise<void> {
    this.#written.set(key, { ...this.#written.get(key), ...change });
    this.#latest = key;
    await this.#put(this.#workspace(key));
  }

  /** Sets one state for all workspaces of a namespace. */
  async #sweep(): Promise<void> {
    const [at, state] = [this.#options.random.pick(namespaces), this.#options.random.pick(states)];
    for (const key of this.#written.keys()) if (key.startsWith(at)) await this.#rewrite(key, { state });
  }

  async #put(manifest: Manifest): Promise<void> {
    this.#options.note(`put ${describeObject(manifest)}`);
    await this.#options.cluster.apply(manifest);
  }

  async #delete(manifest: Manifest): Promise<void> {
    this.#options.note(`delete ${describeObject(manifest)}`);
    await this.#options.cluster.delete(manifest);
  }

  #anything(): Workspace {
    const { random } = this.#options;
    const team = random.pick(teams);
    return {
      kind: random.pick([...kinds, 'none']),
      state: random.pick(states),
      displayName: random.pick(displayNames),
      paused: random.below(2) === 0,
      labels: team === '' ? {} : { team },
    };
  }

  #oneThing(): Workspace {
    const entries = Object.entries(this.#anything());
    return Object.fromEntries([this.#options.random.pick(entries)]);
  }

  #workspace(key: string): Manifest {
    const [at = '', name = ''] = key.split('/');
    const { displayName = '', state = '', ...options } = this.#written.get(key) ?? {};
    const stateMessage = `${this.#next()} `.padEnd(this.#options.messageLength, 'x');
    return workspace(name, {
      ...options,
      namespace: at,
      ...(displayName !== '' && { spec: { displayName } }),
      ...(state !== '' && { state, status: { stateMessage } }),
    });
  }

  #kind(name: string): Manifest {
    const { random } = this.#options;
    const displayName = random.pick(['Kind of blue', 'Kind of red', 'Kind blue']);
    return workspaceKind(name, {}, { displayName, description: `Unseen ${this.#next() % 3}` });
  }

  #namespace(): Manifest {
    const team = this.#options.random.pick(teams);
    return namespace(this.#options.random.pick(namespaces), team === '' ? {} : { team });
  }

  /** Returns the key of a workspace that was written, or now and then of another one. */
  #key(): string {
    const { random } = this.#options;
    const known = [...this.#written.keys()];
    if (known.length > 0 && random.below(10) > 0) return random.pick(known);
    return `${random.pick(namespaces)}/${this.#name()}`;
  }

  #name(): string {
    return `nb-${1 + this.#options.random.below(this.#options.workspaces)}`;
  }

  #next(): number {
    this.#serial += 1;
    return this.#serial;
  }
}
