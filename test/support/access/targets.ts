import { hash } from 'node:crypto';
import type { SeededRandom } from '../seeded-random.ts';
import type { Caller } from './users.ts';
import type { Target } from './argument-values.ts';
import { kindOf } from './overview.ts';
import type { Stored, StoredCluster } from './visibility-model.ts';

const PATCHES = [
  { type: 'MERGE', patch: { metadata: { labels: { touched: 'yes' } } } },
  { type: 'JSON', patch: [{ op: 'test', path: '/metadata/name', value: 'x' }] },
  { type: 'APPLY', patch: { metadata: { labels: { touched: 'yes' } } } },
] as const;

/** An object with the values of requests about it. */
export interface Aim {
  readonly object: Stored;
  readonly target: Target;
}

/** Returns targets for all objects. Ids and revisions are read as administrator: an attacker may know them. */
export async function aimsAt(
  stored: StoredCluster,
  administrator: Caller,
  random: SeededRandom,
): Promise<readonly Aim[]> {
  const nodes = 'nodes { id metadata { uid }';
  const plain = ['namespaces', 'pods', 'persistentVolumeClaims', 'persistentVolumes', 'storageClasses', 'clusterNodes'];
  const { data } = await administrator.ask(
    `{ workspaces { ${nodes} revision } } workspaceKinds { ${nodes} revision } } ${plain.map((list) => `${list} { ${nodes} } }`).join(' ')} events(first: 1000) { ${nodes} } } }`,
  );
  const lists = Object.values(data ?? {}) as { readonly nodes: readonly Known[] }[];
  const known = new Map(lists.flatMap((list) => list.nodes.map((node) => [node.metadata.uid, node])));
  const objects = [...stored.workspaces, ...stored.kinds, ...stored.namespaces, ...stored.others];
  const kinds = [...stored.kinds.map(({ metadata }) => metadata.name), 'no-such-kind'];
  const words = objects.map(wordOf);
  const labels = objects.flatMap(({ metadata: { labels: all = {} } }) =>
    Object.entries(all).map((pair) => pair.join('=')),
  );
  return objects.map((object) => {
    const { namespace, name, uid } = object.metadata;
    const { id = '', revision = 'unknown' } = known.get(uid) ?? {};
    const someNamespace = random.pick(stored.namespaces).metadata.name;
    const target = {
      namespace: namespace ?? (object.kind === 'Namespace' ? name : someNamespace),
      name,
      id: id || idOf(object),
      uid,
      revision,
      kind: object.kind === 'Workspace' ? kindOf(object) : random.pick(kinds),
      word: random.pick(words),
      label: random.pick(labels),
      manifest: manifestOf(object),
      patch: random.pick(PATCHES),
    };
    return { object, target };
  });
}

interface Known {
  readonly id: string;
  readonly revision?: string;
  readonly metadata: { readonly uid: string };
}

/** Returns the id of an object that cannot be listed cluster-wide. */
export function idOf({ kind, metadata: { namespace, name, uid } }: Stored): string {
  return Buffer.from(
    `${kind}:${namespace ? `${namespace}/` : ''}${name}:${hash('sha256', uid, 'base64url').slice(0, 16)}`,
  ).toString('base64url');
}

/** Returns a canary of an object. */
function wordOf(object: Stored): string {
  const found = /zq\d{5}q/gu.exec(JSON.stringify(object['spec'] ?? object.metadata));
  return found?.[0] ?? 'zq00000q';
}

function manifestOf({ apiVersion, kind, metadata: { name }, ...rest }: Stored): object {
  return { apiVersion, kind, metadata: { name }, spec: rest['spec'] };
}
