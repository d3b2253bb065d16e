import { listAt, objectAt, textAt, textsAt, type JsonObject } from './json.ts';
import type { Column } from './served-resource.ts';

/** The Table columns of built-in kinds beside the name. Kinds that are not named here have only their age. */
export const BUILTIN_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [text('Status', (namespace) => textAt(namespace['status'], 'phase')), age()],
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
    text('IP', (pod) => textAt(pod['status'], 'podIP') ?? '<none>', 1),
    text('Node', (pod) => textAt(pod['spec'], 'nodeName') ?? '<none>', 1),
  ],
  PersistentVolumeClaim: [
    text('Status', (claim) => textAt(claim['status'], 'phase')),
    text('Volume', (claim) => textAt(claim['spec'], 'volumeName') ?? ''),
    text('Capacity', (claim) => textAt(objectAt(claim['status'], 'capacity'), 'storage') ?? ''),
    text('Access Modes', (claim) => textsAt(claim['status'], 'accessModes').join(',')),
    text('StorageClass', (claim) => textAt(claim['spec'], 'storageClassName') ?? ''),
    age(),
  ],
  PersistentVolume: [
    text('Capacity', (volume) => textAt(objectAt(volume['spec'], 'capacity'), 'storage') ?? ''),
    text('Access Modes', (volume) => textsAt(volume['spec'], 'accessModes').join(',')),
    text('Reclaim Policy', (volume) => textAt(volume['spec'], 'persistentVolumeReclaimPolicy') ?? ''),
    text('Status', (volume) => textAt(volume['status'], 'phase')),
    text('Claim', boundClaim),
    text('StorageClass', (volume) => textAt(volume['spec'], 'storageClassName') ?? ''),
    age(),
  ],
  Secret: [text('Type', (secret) => secret['type']), text('Data', countData), age()],
  ConfigMap: [text('Data', countData), age()],
  Service: [
    text('Type', (service) => textAt(service['spec'], 'type') ?? 'ClusterIP'),
    text('Cluster-IP', (service) => textAt(service['spec'], 'clusterIP') ?? '<none>'),
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

/** The column of kinds that declare none. */
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
  return `${textAt(roleRef, 'kind')}/${textAt(roleRef, 'name')}`;
}

function subjects(kind: string): (binding: JsonObject) => string {
  return (binding) =>
    listAt(binding, 'subjects')
      .filter((subject) => textAt(subject, 'kind') === kind)
      .map((subject) => [textAt(subject, 'namespace'), textAt(subject, 'name')].filter(Boolean).join('/'))
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
  return [textAt(claim, 'namespace'), textAt(claim, 'name')].filter(Boolean).join('/');
}

function involved(event: JsonObject): string {
  const object = event['involvedObject'];
  return `${(textAt(object, 'kind') ?? '').toLowerCase()}/${textAt(object, 'name') ?? ''}`;
}

function podStatus(pod: JsonObject): string {
  if (objectAt(pod, 'metadata')['deletionTimestamp'] !== undefined) return 'Terminating';
  const waiting = listAt(pod['status'], 'containerStatuses')
    .map((status) => textAt(objectAt(objectAt({ status }, 'status'), 'state')['waiting'], 'reason'))
    .find((reason) => reason !== undefined);
  return waiting ?? textAt(pod['status'], 'reason') ?? textAt(pod['status'], 'phase') ?? 'Unknown';
}

function readyContainers(pod: JsonObject): string {
  const ready = listAt(pod['status'], 'containerStatuses').filter(
    (status) => objectAt({ status }, 'status')['ready'] === true,
  );
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
  return items.reduce<number>((total, item) => total + Number(objectAt({ item }, 'item')[field] ?? 0), 0);
}
