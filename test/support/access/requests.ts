import type { SeededRandom } from '../seeded-random.ts';
import type { RequestWriter } from './generated-requests.ts';
import type { Caller, Reply } from './users.ts';
import type { RbacModel, Subject } from './rbac-model.ts';
import type { Target } from './argument-values.ts';
import { OTHER_KINDS, type VisibilityModel, type Stored } from './visibility-model.ts';
import type { Aim } from './targets.ts';

/** One operation of one person about one object. */
export interface Request {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly field: string;
  readonly text: string;
  readonly target: Target;
  readonly object: Stored;
  /** Whether nothing of the object may be seen. */
  readonly isHidden: boolean;
  /** Whether the person may write what it is about, so that its answer may tell of what is there. */
  readonly touches: boolean;
  /** Whether the person's rights themselves tell of the object. */
  readonly isSpokenOf: boolean;
  /** Whether an answer is what it has to be. Undefined where that is not worked out. */
  readonly expected?: ((reply: Reply) => boolean) | undefined;
}

interface Knowledge {
  readonly model: VisibilityModel;
  readonly rbac: RbacModel;
  readonly who: Subject;
  readonly random: SeededRandom;
}

/** Answered by the gateway of itself, not of the cluster. */
const NOT_ASKED = new Set(['gateway']);
/** Of what a field does not name, one in so many is tried. */
const SPARED = 10;
/** What can be written beside the kinds around workspaces. */
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
];
const READS = ['get', 'list', 'watch'];
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Every root field of the schema: about each object that it can name, and about some others. */
export function writeRequests(writer: RequestWriter, aims: readonly Aim[], knowledge: Knowledge): readonly Request[] {
  const { random } = knowledge;
  const types = ['query', 'mutation', 'subscription'] as const;
  return types.flatMap((type) =>
    Object.entries(writer.root(type))
      .filter(([field]) => !NOT_ASKED.has(field))
      .flatMap(([field, { type: answer }]) => {
        const isNamed = ({ object }: Aim) => type !== 'mutation' && [object.kind, 'Node'].includes(String(answer));
        const isWritten = ({ object }: Aim) =>
          new RegExp(`[a-z]${object.kind}s?(?:Status)?$`, 'u').test(field) && random.below(2) === 0;
        const chosen = aims.filter((aim) => isNamed(aim) || isWritten(aim) || random.below(SPARED) === 0);
        return chosen.map((aim) => requestAbout(writer, { type, field, aim }, knowledge));
      }),
  );
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

/** Any right to write anything where the target is, or a kind of its name. */
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

/** Whether the person may do with what has its name, or is in it, what they may not do with what has another. */
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

/** A namespace is in itself. */
function scopeOf(resource: string, { name }: { readonly name: string }): string | null {
  return resource === 'namespaces' ? name : null;
}

/** For what is asked for by name: the object, or a refusal. */
function expectation(field: string, object: Stored, model: VisibilityModel): Request['expected'] {
  const byName: Readonly<Record<string, string>> = {
    workspace: 'Workspace',
    workspaceKind: 'WorkspaceKind',
    namespace: 'Namespace',
    pod: 'Pod',
    persistentVolumeClaim: 'PersistentVolumeClaim',
    persistentVolume: 'PersistentVolume',
    secret: 'Secret',
  };
  if (byName[field] !== object.kind) return undefined;
  const how = shownByName(object, model);
  return ({ data, errors }) => {
    const found = data?.[field] as { readonly name?: string; readonly metadata?: unknown } | null | undefined;
    if (errors?.[0]?.extensions?.code === 'BAD_REQUEST') return true; // of another field, which took all with it
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

/** Of a subscription, everything until the snapshot is complete, without cursors: they name versions of the copy. */
export async function answerOf(caller: Caller, { type, text }: Pick<Request, 'type' | 'text'>): Promise<Reply> {
  if (type !== 'subscription') return caller.ask(text);
  const replies: unknown[] = [];
  try {
    for await (const reply of caller.follow(text)) {
      const [told] = Object.values(reply.data ?? {}) as ({ readonly type?: string } | null | undefined)[];
      replies.push(JSON.parse(JSON.stringify(reply).replaceAll(/"cursor":"[^"]*"/gu, '"cursor":""')));
      if (!told?.type || told.type === 'SYNCED' || reply.errors) break;
    }
  } catch (error) {
    replies.push(Array.isArray(error) ? { errors: error as unknown } : { failure: String(error) });
  }
  return { data: { replies } };
}
