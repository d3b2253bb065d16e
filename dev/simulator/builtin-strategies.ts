import { forbiddenValue, invalidValue, requiredValue } from './causes.ts';
import { isEqualJson, isJsonObject, type JsonObject, listAt, objectAt, stringAt } from './json.ts';
import { canonicalQuantities, canonicalRequirements, storedQuantity } from './quantity.ts';
import { badRequestError, type Cause } from './status.ts';

const KEY = /^[-._a-zA-Z0-9]+$/u;
const KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const IMMUTABLE = 'field is immutable when `immutable` is set';

/** Required keys of typed Secrets. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

/** Converts the write-only `stringData` to `data`. @throws {ApiStatusError} 400 for values that are not base64 */
export function prepareSecret({ stringData, ...object }: JsonObject): JsonObject {
  const type = stringAt(object, 'type') || 'Opaque';
  const encoded = Object.entries(objectAt({ stringData }, 'stringData')).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  for (const value of Object.values(objectAt(object, 'data'))) if (!isBase64(value)) throw notBase64();
  if (encoded.length === 0) return { ...object, type };
  return { ...object, type, data: { ...objectAt(object, 'data'), ...Object.fromEntries(encoded) } };
}

/** Validates keys, type and immutability of a Secret. */
export function validateSecret(secret: JsonObject, old?: JsonObject): readonly Cause[] {
  const data = objectAt(secret, 'data');
  const missing = (REQUIRED_KEYS[stringAt(secret, 'type') ?? ''] ?? []).filter((key) => !(key in data));
  return [
    ...validateKeys(secret, 'data'),
    ...missing.map((key) => requiredValue(`data[${key}]`)),
    ...(old ? validateTypeUpdate(secret, old) : []),
    ...(old ? validateImmutable(secret, old) : []),
  ];
}

/** Validates keys and immutability of a ConfigMap. */
export function validateConfigMap(map: JsonObject, old?: JsonObject): readonly Cause[] {
  return [
    ...validateKeys(map, 'data'),
    ...validateKeys(map, 'binaryData'),
    ...(old ? validateImmutable(map, old) : []),
  ];
}

function validateKeys(object: JsonObject, field: string): readonly Cause[] {
  const bad = Object.keys(objectAt(object, field)).filter((key) => !KEY.test(key));
  return bad.map((key) => invalidValue(`${field}[${key}]`, key, KEY_RULE));
}

function validateTypeUpdate({ type }: JsonObject, old: JsonObject): readonly Cause[] {
  return type === old['type'] ? [] : [invalidValue('type', type, 'field is immutable')];
}

function validateImmutable(object: JsonObject, old: JsonObject): readonly Cause[] {
  if (old['immutable'] !== true) return [];
  const fields = ['immutable', 'data', 'binaryData'].filter((field) => !isEqualJson(object[field], old[field]));
  return fields.map((field) => forbiddenValue(field, IMMUTABLE));
}

function isBase64(value: unknown): boolean {
  return typeof value === 'string' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(value);
}

function notBase64() {
  return badRequestError('Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0');
}

const DNS_1035_LABEL = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/u;
const DNS_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** Validates the name of a Service, which becomes a DNS name. */
export function validateService({ metadata }: JsonObject): readonly Cause[] {
  const name = stringAt(metadata, 'name') ?? '';
  return DNS_1035_LABEL.test(name) ? [] : [invalidValue('metadata.name', name, DNS_1035_RULE)];
}

const POD_DEFAULTS = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
};
const CONTAINER_DEFAULTS = { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' };

/** Sets the defaults of a Pod that clients of the simulator read. */
export function preparePod(pod: JsonObject): JsonObject {
  const spec = canonicalPodSpec(objectAt(pod, 'spec'), 'Pod');
  const containers = listAt(spec, 'containers').filter(isJsonObject).map(prepareContainer);
  const initContainers = listAt(spec, 'initContainers').filter(isJsonObject).map(withDefaultRequests);
  const status = { phase: 'Pending', qosClass: qosClass(containers), ...objectAt(pod, 'status') };
  const lists = { containers, ...(initContainers.length > 0 ? { initContainers } : {}) };
  return { ...pod, spec: { ...POD_DEFAULTS, ...spec, ...lists }, status };
}

/** Stores the template of a StatefulSet. */
export function prepareStatefulSet(set: JsonObject): JsonObject {
  const spec = objectAt(set, 'spec');
  const template = objectAt(spec, 'template');
  if (!('spec' in template)) return set;
  const podSpec = canonicalPodSpec(objectAt(template, 'spec'), 'StatefulSet');
  return { ...set, spec: { ...spec, template: { ...template, spec: podSpec } } };
}

/** Returns the spec of a pod with the quantities of its containers, volumes and overhead as they are stored. */
function canonicalPodSpec(spec: JsonObject, kind: string): JsonObject {
  const lists = ['containers', 'initContainers', 'volumes'].filter((list) => list in spec);
  const stored = lists.map((list) => [
    list,
    listAt(spec, list).map((item) => (isJsonObject(item) ? canonicalPodPart(item, kind) : item)),
  ]);
  const overhead = 'overhead' in spec ? { overhead: canonicalQuantities(spec['overhead'], kind) } : {};
  return { ...spec, ...Object.fromEntries(stored), ...overhead };
}

/** Returns a container or volume with canonical quantities. */
function canonicalPodPart(part: JsonObject, kind: string): JsonObject {
  const { resources, emptyDir } = part;
  const limited = isJsonObject(emptyDir) && 'sizeLimit' in emptyDir;
  return {
    ...part,
    ...(isJsonObject(resources) ? { resources: canonicalRequirements(resources, kind) } : {}),
    ...(limited ? { emptyDir: { ...emptyDir, sizeLimit: storedQuantity(emptyDir['sizeLimit'], kind) } } : {}),
  };
}

function prepareContainer(container: JsonObject): JsonObject {
  const image = stringAt(container, 'image') ?? '';
  const imagePullPolicy = /:(?!latest$)[^/:]+$|@/u.test(image) ? 'IfNotPresent' : 'Always';
  return withDefaultRequests({ ...CONTAINER_DEFAULTS, imagePullPolicy, resources: {}, ...container });
}

/** Returns a container of a Pod, whose omitted requests are its limits. */
function withDefaultRequests(container: JsonObject): JsonObject {
  const resources = objectAt(container, 'resources');
  const limits = objectAt(resources, 'limits');
  if (Object.keys(limits).length === 0) return container;
  return { ...container, resources: { ...resources, requests: { ...limits, ...objectAt(resources, 'requests') } } };
}

/** Computes the quality-of-service class from the requests and limits of cpu and memory. */
function qosClass(containers: readonly JsonObject[]): string {
  const asked = containers.map((container) => {
    const resources = objectAt(container, 'resources');
    return [objectAt(resources, 'requests'), objectAt(resources, 'limits')] as const;
  });
  if (asked.every(([requests, limits]) => !has(requests) && !has(limits))) return 'BestEffort';
  const isGuaranteed = asked.every(([requests, limits]) =>
    ['cpu', 'memory'].every((name) => name in limits && (requests[name] ?? limits[name]) === limits[name]),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function has(amounts: JsonObject): boolean {
  return 'cpu' in amounts || 'memory' in amounts;
}

/** An Event has the namespace of its involved object, or `default` if that is cluster-scoped. */
export function validateEvent(event: JsonObject): readonly Cause[] {
  const namespace = stringAt(event['metadata'], 'namespace') ?? '';
  const involved = stringAt(event['involvedObject'], 'namespace') ?? '';
  if (involved === namespace || (involved === '' && ['default', 'kube-system'].includes(namespace))) return [];
  return [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
}

const SPEC_IMMUTABLE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** Sets the defaults of a PersistentVolumeClaim. */
export function prepareClaim(claim: JsonObject): JsonObject {
  const given = objectAt(claim, 'spec');
  const resources = isJsonObject(given['resources'])
    ? { resources: canonicalRequirements(given['resources'], 'PersistentVolumeClaim') }
    : {};
  const spec = { volumeMode: 'Filesystem', ...given, ...resources };
  const status = withCapacity(objectAt(claim, 'status'), 'PersistentVolumeClaim');
  return { ...claim, spec, status: { phase: 'Pending', ...status } };
}

/** Validates a PersistentVolumeClaim; `old` is the object before an update. */
export function validateClaim(claim: JsonObject, old?: JsonObject): readonly Cause[] {
  const spec = objectAt(claim, 'spec');
  const causes: Cause[] = [];
  if (listAt(spec, 'accessModes').length === 0)
    causes.push(requiredValue('spec.accessModes', 'at least 1 access mode is required'));
  if (!('storage' in objectAt(objectAt(spec, 'resources'), 'requests')))
    causes.push(requiredValue('spec.resources[storage]'));
  if (old && !isEqualJson(immutableFields(claim, old), immutableFields(old, old)))
    causes.push(forbiddenValue('spec', SPEC_IMMUTABLE));
  return causes;
}

/** An unbound claim may be bound to a volume; a bound one may change its requests. */
function immutableFields(claim: JsonObject, old: JsonObject): JsonObject {
  const { resources, volumeName, ...spec } = objectAt(claim, 'spec');
  const wasBound = stringAt(old['spec'], 'volumeName') !== undefined;
  return wasBound ? { ...spec, volumeName } : { ...spec, resources };
}

/** Sets the defaults of a PersistentVolume. */
export function prepareVolume(volume: JsonObject): JsonObject {
  const given = withCapacity(objectAt(volume, 'spec'), 'PersistentVolume');
  const spec = { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', ...given };
  return { ...volume, spec, status: { phase: 'Pending', ...objectAt(volume, 'status') } };
}

function withCapacity(part: JsonObject, kind: string): JsonObject {
  return 'capacity' in part ? { ...part, capacity: canonicalQuantities(part['capacity'], kind) } : part;
}

/** Sets the defaults of a StorageClass. */
export function prepareStorageClass(storageClass: JsonObject): JsonObject {
  return { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...storageClass };
}

/** Validates a StorageClass; most fields are immutable. */
export function validateStorageClass(storageClass: JsonObject, old?: JsonObject): readonly Cause[] {
  if (!stringAt(storageClass, 'provisioner')) return [requiredValue('provisioner')];
  const fixed = ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'];
  const changed = old ? fixed.filter((field) => !isEqualJson(storageClass[field], old[field])) : [];
  return changed.map((field) => forbiddenValue(field, `updates to ${field} are forbidden.`));
}

/** Sets the defaults of containers that a LimitRange omits: they follow from its maxima and minima. */
export function prepareLimitRange(range: JsonObject): JsonObject {
  const spec = objectAt(range, 'spec');
  const limits = listAt(spec, 'limits').map((limit) => (isJsonObject(limit) ? prepareLimit(limit) : limit));
  return { ...range, spec: { ...spec, limits } };
}

function prepareLimit(limit: JsonObject): JsonObject {
  const amounts = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'].filter((list) => list in limit);
  const stored = {
    ...limit,
    ...Object.fromEntries(amounts.map((list) => [list, canonicalQuantities(limit[list], 'LimitRange')])),
  };
  if (stringAt(limit, 'type') !== 'Container') return stored;
  const defaults = { ...objectAt(stored, 'max'), ...objectAt(stored, 'default') };
  const defaultRequest = { ...objectAt(stored, 'min'), ...defaults, ...objectAt(stored, 'defaultRequest') };
  return {
    ...stored,
    ...(Object.keys(defaults).length > 0 && { default: defaults }),
    ...(Object.keys(defaultRequest).length > 0 && { defaultRequest }),
  };
}
