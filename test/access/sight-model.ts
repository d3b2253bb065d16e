import type { Manifest } from '../../src/simulator/api-object.ts';
import type { RbacModel, Subject } from './rbac-model.ts';

/** An object as it is stored. */
export type Stored = Manifest & {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
};

export interface StoredWorld {
  readonly namespaces: readonly Stored[];
  readonly kinds: readonly Stored[];
  readonly workspaces: readonly Stored[];
}

type Purpose = 'read' | 'follow';
type Place = 'namespaces' | 'workspaces' | 'workspacekinds';

const GROUP: Readonly<Record<Place, string>> = {
  namespaces: '',
  workspaces: 'kubeflow.org',
  workspacekinds: 'kubeflow.org',
};

/** What one person may see, by the rules of the gateway and nothing else. */
export class SightModel {
  readonly #rbac: RbacModel;
  readonly #subject: Subject;
  readonly #world: StoredWorld;

  constructor(rbac: RbacModel, subject: Subject, world: StoredWorld) {
    this.#rbac = rbac;
    this.#subject = subject;
    this.#world = world;
  }

  may(verb: string, resource: Place, namespace: string | null, name: string | null = null): boolean {
    return this.#rbac.may(this.#subject, { verb, group: GROUP[resource], resource, namespace, name });
  }

  mayList(namespace: string, purpose: Purpose = 'read'): boolean {
    return verbs('list', purpose).every((verb) => this.may(verb, 'workspaces', namespace));
  }

  mayGet({ metadata: { namespace = '', name } }: Stored, purpose: Purpose = 'read'): boolean {
    return verbs('get', purpose).every((verb) => this.may(verb, 'workspaces', namespace, name));
  }

  /** In lists, relations and counts. */
  listed(purpose: Purpose = 'read'): readonly Stored[] {
    return this.#world.workspaces.filter(({ metadata }) => this.mayList(metadata.namespace ?? '', purpose));
  }

  /** In lists and relations. */
  kind({ metadata: { name } }: Stored, purpose: Purpose = 'read'): 'whole' | 'part' | 'nothing' {
    const isListed = verbs('list', purpose).every((verb) => this.may(verb, 'workspacekinds', null));
    const isNamed = verbs('get', purpose).every((verb) => this.may(verb, 'workspacekinds', null, name));
    if (isListed || isNamed) return 'whole';
    return this.hasSpawner(purpose) ? 'part' : 'nothing';
  }

  namespace({ metadata: { name } }: Stored, purpose: Purpose = 'read'): 'whole' | 'part' | 'nothing' {
    const isListed = verbs('list', purpose).every((verb) => this.may(verb, 'namespaces', null));
    const isNamed = verbs('get', purpose).every((verb) => this.may(verb, 'namespaces', null, name));
    if (isListed || isNamed) return 'whole';
    return this.mayList(name, purpose) ? 'part' : 'nothing';
  }

  /** Whether kinds are shown as a spawner shows them. */
  hasSpawner(purpose: Purpose = 'read'): boolean {
    const where = [null, ...this.#world.namespaces.map(({ metadata }) => metadata.name)];
    const ways = [verbs('list', purpose), ['get'], ['create']];
    return where.some((namespace) => ways.some((all) => all.every((verb) => this.may(verb, 'workspaces', namespace))));
  }

  /** Everything that the cluster lets this person read, in whatever way, as far as it may be read. */
  readable(): readonly unknown[] {
    const { workspaces, kinds, namespaces } = this.#world;
    const asNamespace = (each: Stored) => this.may('get', 'namespaces', each.metadata.name, each.metadata.name);
    return [
      ...workspaces.filter((each) => this.mayGet(each) || this.mayList(each.metadata.namespace ?? '')),
      ...kinds.map((each) => shownAs(this.kind(each), each, spawnerView)),
      ...namespaces.map((each) => shownAs(asNamespace(each) ? 'whole' : this.namespace(each), each, nameOf)),
    ];
  }

  /** What no answer may depend on: nothing of it is seen. */
  hidden(): StoredWorld {
    const { workspaces, kinds, namespaces } = this.#world;
    return {
      workspaces: workspaces.filter((each) => !this.mayGet(each) && !this.mayList(each.metadata.namespace ?? '')),
      kinds: kinds.filter((each) => this.kind(each) === 'nothing'),
      namespaces: namespaces.filter((each) => this.namespace(each) === 'nothing'),
    };
  }
}

function verbs(verb: 'get' | 'list', purpose: Purpose): readonly string[] {
  return purpose === 'follow' ? [verb, 'watch'] : [verb];
}

function shownAs(how: 'whole' | 'part' | 'nothing', object: Stored, part: (object: Stored) => unknown): unknown {
  if (how === 'nothing') return undefined;
  return how === 'whole' ? object : part(object);
}

function nameOf({ metadata: { name } }: Stored): unknown {
  return { name };
}

interface KindSpec {
  readonly spawner: unknown;
  readonly activityRules: unknown;
  readonly filterRules: readonly { readonly effect: unknown }[];
  readonly podTemplate: {
    readonly volumeMounts: unknown;
    readonly ports: unknown;
    readonly options: Readonly<Record<string, { readonly spawner: unknown; readonly values: readonly Option[] }>>;
  };
}

interface Option {
  readonly id: string;
  readonly spawner: unknown;
  readonly redirect?: unknown;
  readonly spec: { readonly ports?: unknown };
}

/** Names, pictures, options, ports and what rules say; nothing of how pods are made, nor of the object itself. */
function spawnerView({ metadata: { name }, ...kind }: Stored): unknown {
  const { spawner, activityRules, filterRules, podTemplate } = kind['spec'] as unknown as KindSpec;
  const { volumeMounts, ports, options } = podTemplate;
  const offered = Object.values(options).map((list) => ({
    chosen: list.spawner,
    values: list.values.map(({ id, redirect, spawner: shown, spec }) => ({ id, redirect, shown, ports: spec.ports })),
  }));
  return {
    name,
    spawner,
    activityRules,
    effects: filterRules.map(({ effect }) => effect),
    volumeMounts,
    ports,
    offered,
  };
}
