import type { SeededRandom } from '../seeded-random.ts';
import type { RequestWriter } from './generated-requests.ts';
import type { Caller, Reply } from './users.ts';
import type { RbacModel, Subject } from './rbac-model.ts';
import type { Target } from './argument-values.ts';
import { OTHER_KINDS, type VisibilityModel, type Stored } from './visibility-model.ts';
import type { Aim } from './targets.ts';

/** An operation of one user about one object. */
export interface Request {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly field: string;
  readonly text: string;
  readonly target: Target;
  readonly object: Stored;
  /** Whether the object is hidden from the user. */
  readonly isHidden: boolean;
  /** Whether the user may write the object, so that its payload may contain the object. */
  readonly touches: boolean;
  /** Whether permissions of the user mention the object. */
  readonly isSpokenOf: boolean;
  /** Returns whether a reply is correct. Undefined if the model does not predict the reply. */
  readonly expected?: ((reply: Reply) => boolean) | undefined;
}

interface Knowledge {
  readonly model: VisibilityModel;
  readonly rbac: RbacModel;
  readonly who: Subject;
  readonly random: SeededRandom;
}

/** Fields about the gateway itself, and the mutation that cannot be tried without effect: it has no `dryRun`. */
export const NOT_ASKED: ReadonlySet<string> = new Set(['gateway', 'restartWorkspace']);
/** One in this many objects that a field does not name is requested. */
const SPARED = 10;
/** Writable resources besides those related to workspaces. */
const WRITTEN = [
  { group: 'kubeflow.org', resource: 'workspaces' },
  { group: 'management.loft.sh', resource: 'devpodworkspaceinstances' },
  { group: 'batch.volcano.sh', resource: 'jobs' },
  { group: 'bus.volcano.sh', resource: 'commands' },
];
const CLUSTER_WIDE = [
  { group: '', resource: 'namespaces' },
  { group: 'kubeflow.org', resource: 'workspacekinds' },
  { group: '', resource: 'persistentvolumes' },
  { group: 'storage.k8s.io', resource: 'storageclasses' },
  { group: '', resource: 'nodes' },
];
const READS = ['get', 'list', 'watch'];
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Returns requests of every root field: about each object that it can name, and about a sample of the others. */
export function writeRequests(writer: RequestWriter, aims: readonly Aim[], knowledge: Knowledge): readonly Request[] {
  const { random } = knowledge;
  const types = ['query', 'mutation', 'subscription'] as const;
  return types.flatMap((type) =>
    Object.entries(writer.root(type))
      .filter(([field]) => !NOT_ASKED.has(field))
      .flatMap(([field, { type: answer }]) => {
        const isNamed = ({ object }: Aim) =>
          type !== 'mutation' && [typeNameOf(object), 'Node'].includes(String(answer));
        const isWritten = ({ object }: Aim) =>
          new RegExp(`[a-z]${object.kind}s?(?:Status)?$`, 'u').test(field) && random.below(2) === 0;
        const chosen = aims.filter((aim) => isNamed(aim) || isWritten(aim) || random.below(SPARED) === 0);
        return chosen.map((aim) => requestAbout(writer, { type, field, aim }, knowledge));
      }),
  );
}

/** Returns the name of the GraphQL type of an object. `Node` is the interface. */
function typeNameOf({ kind }: Stored): string {
  return kind === 'Node' ? 'ClusterNode' : kind;
}

function requestAbout(
  writer: RequestWriter,
  { type, field, aim }: { readonly type: Request['type']; readonly field: string; readonly aim: Aim },
  knowledge: Knowledge,
): Request {
  const { object, target } = aim;
  const text = writer.operation(type, field, target);
  return {
    type,
    field,
    text,
    target,
    object,
    isHidden: isHidden(object, knowledge.model),
    touches: type === 'mutation' && touches(object, target, knowledge),
    isSpokenOf: field === 'viewer' || isSpokenOf(object, target, knowledge),
    expected: type === 'query' ? expectation(field, object, knowledge.model) : undefined,
  };
}

function isHidden(object: Stored, model: VisibilityModel): boolean {
  const { workspaces, kinds, namespaces, others } = model.hidden();
  return [...workspaces, ...kinds, ...namespaces, ...others].some(
    ({ metadata }) => metadata.uid === object.metadata.uid,
  );
}

/** Returns whether the user has any write permission in the namespace of the target, or for a WorkspaceKind of its name. */
function touches({ metadata: { name } }: Stored, { namespace }: Target, { rbac, who }: Knowledge): boolean {
  const kinds = { group: 'kubeflow.org', resource: 'workspacekinds', namespace: null, name };
  const here = [...WRITTEN, ...Object.values(OTHER_KINDS)].map(({ group, resource }) => ({
    group,
    resource,
    namespace,
    name,
  }));
  const all = [kinds, ...here, ...here.map((attributes) => ({ ...attributes, subresource: 'status' }))];
  return WRITES.some((verb) => all.some((attributes) => rbac.can(who, { ...attributes, verb })));
}

/** Returns whether permissions for the name or namespace of the object differ from those for another name. */
function isSpokenOf({ kind, metadata: { name } }: Stored, { namespace }: Target, { rbac, who }: Knowledge): boolean {
  const another = { name: 'another', namespace: kind === 'Namespace' ? 'another' : namespace };
  return [...CLUSTER_WIDE, ...WRITTEN, ...Object.values(OTHER_KINDS)].some(({ group, resource }) =>
    [...READS, ...WRITES].some((verb) => {
      const isClusterWide = CLUSTER_WIDE.some((each) => each.resource === resource);
      const may = (at: { readonly name: string; readonly namespace: string }) =>
        rbac.can(who, { verb, group, resource, ...at, ...(isClusterWide && { namespace: scopeOf(resource, at) }) });
      return may({ name, namespace }) !== may(another);
    }),
  );
}

/** The resource `namespaces` is namespaced by its own name. */
function scopeOf(resource: string, { name }: { readonly name: string }): string | null {
  return resource === 'namespaces' ? name : null;
}

/** Returns the expectation for an object read by name: the object or FORBIDDEN. */
function expectation(field: string, object: Stored, model: VisibilityModel): Request['expected'] {
  const byName: Readonly<Record<string, string>> = {
    workspace: 'Workspace',
    workspaceKind: 'WorkspaceKind',
    namespace: 'Namespace',
    pod: 'Pod',
    persistentVolumeClaim: 'PersistentVolumeClaim',
    persistentVolume: 'PersistentVolume',
    secret: 'Secret',
    clusterNode: 'Node',
  };
  if (byName[field] !== object.kind) return undefined;
  const how = shownByName(object, model);
  return ({ data, errors }) => {
    const found = data?.[field] as { readonly name?: string; readonly metadata?: unknown } | null | undefined;
    if (errors?.[0]?.extensions?.code === 'BAD_REQUEST') return true; // of another field of the operation
    if (how === 'nothing') return !found && errors?.[0]?.extensions?.code === 'FORBIDDEN';
    return found?.name === object.metadata.name && (found?.metadata !== null) === (how === 'full');
  };
}

function shownByName(object: Stored, model: VisibilityModel): 'full' | 'redacted' | 'nothing' {
  const { name } = object.metadata;
  switch (object.kind) {
    case 'Workspace':
      return model.canGet(object) ? 'full' : 'nothing';
    case 'WorkspaceKind':
      if (['get', 'list'].some((verb) => model.can(verb, 'workspacekinds', null, verb === 'get' ? name : null)))
        return 'full';
      return model.hasSpawner() ? 'redacted' : 'nothing';
    case 'Namespace':
      if (model.can('get', 'namespaces', name, name) || model.can('list', 'namespaces', null)) return 'full';
      return model.canList(name) ? 'redacted' : 'nothing';
    default:
      return model.canGetOther(object) ? 'full' : 'nothing';
  }
}

/** Returns the value with empty cursors in these fields. */
function withoutCursors<T>(value: T, ...fields: readonly ('cursor' | 'liveCursor')[]): T {
  const cursors = new RegExp(`"(${fields.join('|')})":"[^"]*"`, 'gu');
  return JSON.parse(JSON.stringify(value).replaceAll(cursors, '"$1":""')) as T;
}

/**
 * Returns the reply, or the events of a subscription until SYNCED. Cursors of events and lists are removed, because they
 * contain versions.
 */
export async function answerOf(caller: Caller, { type, text }: Pick<Request, 'type' | 'text'>): Promise<Reply> {
  if (type !== 'subscription') return withoutCursors(await caller.ask(text), 'liveCursor');
  const replies: unknown[] = [];
  try {
    for await (const reply of caller.follow(text)) {
      const [event] = Object.values(reply.data ?? {}) as ({ readonly type?: string } | null | undefined)[];
      replies.push(withoutCursors(reply, 'cursor', 'liveCursor'));
      if (!event?.type || event.type === 'SYNCED' || reply.errors) break;
    }
  } catch (error) {
    replies.push(Array.isArray(error) ? { errors: error as unknown } : { failure: String(error) });
  }
  return { data: { replies } };
}
