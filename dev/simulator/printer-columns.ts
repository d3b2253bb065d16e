import { isJsonObject, type JsonObject, listAt, memberAt, objectAt, stringAt, stringsAt } from './json.ts';
import type { Column } from './served-resource.ts';

/** Table columns of built-in kinds after the name. Other kinds have only the age. */
export const PRINTER_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [text('Status', (namespace) => stringAt(namespace['status'], 'phase')), age()],
  Event: [
    { ...age('Last Seen'), cell: (event) => event['lastTimestamp'] ?? event['eventTime'] },
    text('Type', (event) => event['type']),
    text('Reason', (event) => event['reason']),
    text('Object', involved),
    text('Message', (event) => event['message']),
  ],
  Pod: [
    text('Ready', readyContainers),
    text('Status', podStatus),
    text('Restarts', (pod) => String(sum(listAt(pod['status'], 'containerStatuses'), 'restartCount'))),
    age(),
    text('IP', (pod) => stringAt(pod['status'], 'podIP') ?? '<none>', 1),
    text('Node', (pod) => stringAt(pod['spec'], 'nodeName') ?? '<none>', 1),
  ],
  PersistentVolumeClaim: [
    text('Status', (claim) => stringAt(claim['status'], 'phase')),
    text('Volume', (claim) => stringAt(claim['spec'], 'volumeName') ?? ''),
    text('Capacity', (claim) => stringAt(objectAt(claim['status'], 'capacity'), 'storage') ?? ''),
    text('Access Modes', (claim) => stringsAt(claim['status'], 'accessModes').join(',')),
    text('StorageClass', (claim) => stringAt(claim['spec'], 'storageClassName') ?? ''),
    age(),
  ],
  PersistentVolume: [
    text('Capacity', (volume) => stringAt(objectAt(volume['spec'], 'capacity'), 'storage') ?? ''),
    text('Access Modes', (volume) => stringsAt(volume['spec'], 'accessModes').join(',')),
    text('Reclaim Policy', (volume) => stringAt(volume['spec'], 'persistentVolumeReclaimPolicy') ?? ''),
    text('Status', (volume) => stringAt(volume['status'], 'phase')),
    text('Claim', boundClaim),
    text('StorageClass', (volume) => stringAt(volume['spec'], 'storageClassName') ?? ''),
    age(),
  ],
  Secret: [text('Type', (secret) => secret['type']), text('Data', countData), age()],
  ConfigMap: [text('Data', countData), age()],
  Service: [
    text('Type', (service) => stringAt(service['spec'], 'type') ?? 'ClusterIP'),
    text('Cluster-IP', (service) => stringAt(service['spec'], 'clusterIP') ?? '<none>'),
    age(),
  ],
  StatefulSet: [text('Ready', readyReplicas), age()],
  StorageClass: [text('Provisioner', (storageClass) => storageClass['provisioner']), age()],
  CustomResourceDefinition: [createdAt()],
  Role: [createdAt()],
  ClusterRole: [createdAt()],
  RoleBinding: bindingColumns(),
  ClusterRoleBinding: bindingColumns(),
};

/** Column of kinds that declare none. */
export function age(name = 'Age'): Column {
  return { name, type: 'date', priority: 0, cell: creationTimestamp };
}

function createdAt(): Column {
  return { name: 'Created At', type: 'string', priority: 0, cell: creationTimestamp };
}

function bindingColumns(): readonly Column[] {
  const wide = [text('Users', subjects('User'), 1), text('Groups', subjects('Group'), 1)];
  return [text('Role', boundRole), age(), ...wide, text('ServiceAccounts', subjects('ServiceAccount'), 1)];
}

function boundRole({ roleRef }: JsonObject): string {
  return `${stringAt(roleRef, 'kind')}/${stringAt(roleRef, 'name')}`;
}

function subjects(kind: string): (binding: JsonObject) => string {
  return (binding) =>
    listAt(binding, 'subjects')
      .filter((subject) => stringAt(subject, 'kind') === kind)
      .map((subject) => [stringAt(subject, 'namespace'), stringAt(subject, 'name')].filter(Boolean).join('/'))
      .join(', ');
}

function creationTimestamp(object: JsonObject): unknown {
  return objectAt(object, 'metadata')['creationTimestamp'];
}

function text(name: string, cell: (object: JsonObject) => unknown, priority = 0): Column {
  return { name, type: 'string', priority, cell };
}

function boundClaim(volume: JsonObject): string {
  const claim = objectAt(volume['spec'], 'claimRef');
  return [stringAt(claim, 'namespace'), stringAt(claim, 'name')].filter(Boolean).join('/');
}

function involved(event: JsonObject): string {
  const object = event['involvedObject'];
  return `${(stringAt(object, 'kind') ?? '').toLowerCase()}/${stringAt(object, 'name') ?? ''}`;
}

function podStatus(pod: JsonObject): string {
  if (objectAt(pod, 'metadata')['deletionTimestamp'] !== undefined) return 'Terminating';
  const waiting = listAt(pod['status'], 'containerStatuses')
    .map((status) => stringAt(objectAt(memberAt(status, 'state'), 'waiting'), 'reason'))
    .find((reason) => reason !== undefined);
  return waiting ?? stringAt(pod['status'], 'reason') ?? stringAt(pod['status'], 'phase') ?? 'Unknown';
}

function readyContainers(pod: JsonObject): string {
  const ready = listAt(pod['status'], 'containerStatuses').filter((status) => memberAt(status, 'ready') === true);
  return `${ready.length}/${listAt(pod['spec'], 'containers').length}`;
}

function readyReplicas(set: JsonObject): string {
  return `${Number(objectAt(set, 'status')['readyReplicas'] ?? 0)}/${Number(objectAt(set, 'spec')['replicas'] ?? 1)}`;
}

function countData(object: JsonObject): string {
  const count = Object.keys(objectAt(object, 'data')).length + Object.keys(objectAt(object, 'binaryData')).length;
  return String(count);
}

function sum(items: readonly unknown[], field: string): number {
  return items.reduce<number>((total, item) => total + Number(memberAt(item, field) ?? 0), 0);
}

type Step = (value: unknown) => readonly unknown[];

const SEGMENT =
  /\.?\[\?\(@\.([^=!\s]+)\s*(==|!=)\s*["']([^"']*)["']\)\]|\[(\d+|\*)\]|\[['"]((?:[^'"\\]|\\.)+)['"]\]|\.((?:[^.[\]\\]|\\.)+)/guy;

/**
 * Parses a JSONPath of a printer column: members, indexes, `[*]` and filters by equality. The result returns the values
 * at the path in an object; none if the path does not exist.
 */
export function parseJsonPath(path: string): (object: unknown) => readonly unknown[] {
  const steps = [...path.matchAll(SEGMENT)].map(([, field, operator, literal, index, quoted, member]): Step => {
    if (field !== undefined) return filtered(field, operator === '==', literal ?? '');
    if (index !== undefined) return indexed(index);
    return named((quoted ?? member ?? '').replaceAll(/\\(.)/gu, '$1'));
  });
  return (object) => steps.reduce((values: readonly unknown[], step) => values.flatMap(step), [object]);
}

function named(member: string): Step {
  return (value) => (isJsonObject(value) && Object.hasOwn(value, member) ? [value[member]] : []);
}

function indexed(index: string): Step {
  if (index === '*') return (value) => (Array.isArray(value) ? value : []);
  return (value) => (Array.isArray(value) ? value.slice(Number(index), Number(index) + 1) : []);
}

function filtered(field: string, equal: boolean, literal: string): Step {
  const find = parseJsonPath(`.${field}`);
  return (value) =>
    Array.isArray(value) ? value.filter((item) => find(item).some((found) => String(found) === literal) === equal) : [];
}
