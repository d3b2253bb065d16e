import type { SeededRandom } from '../seeded-random.ts';

/** The object of a request, and values for its arguments. */
export interface Target {
  readonly namespace: string;
  readonly name: string;
  readonly id: string;
  /** Name of a WorkspaceKind. */
  readonly kind: string;
  /** Canary of any object, possibly of a hidden one. */
  readonly word: string;
  /** Label of any object, as `key=value`. */
  readonly label: string;
  readonly uid: string;
  readonly revision: string;
  /** Current manifest of the object. */
  readonly manifest: object;
  /** A patch and its type. */
  readonly patch: { readonly type: string; readonly patch: unknown };
}

interface Place {
  readonly target: Target;
  readonly random: SeededRandom;
  /** Nesting level of the field. */
  readonly level: number;
  readonly isRequired: boolean;
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const RESOURCES = ['workspaces', 'workspacekinds', 'namespaces', 'secrets'];

/** Values by the name of an argument or input field. Other names get a value by their type. */
const words: Readonly<Record<string, (place: Place) => unknown>> = {
  namespace: ({ target }) => target.namespace,
  namespaces: ({ target }) => [target.namespace],
  name: ({ target }) => target.name,
  names: ({ target }) => [target.name],
  id: ({ target }) => target.id,
  ids: ({ target }) => [target.id],
  kind: ({ target }) => target.kind,
  kinds: ({ target }) => [target.kind],
  search: ({ target }) => target.word,
  labelSelector: ({ target }) => target.label,
  fieldSelector: ({ target }) => `metadata.name=${target.name}`,
  key: ({ target }) => target.word,
  keys: ({ target }) => [target.word],
  value: ({ target }) => target.word,
  uid: ({ target }) => target.uid,
  revision: ({ target }) => target.revision,
  actionId: ({ random }) => random.pick(['a-1', 'a-2', 'a-3']),
  manifest: ({ target }) => target.manifest,
  type: ({ target }) => target.patch.type,
  patch: ({ target }) => target.patch.patch,
  verb: ({ random }) => random.pick(VERBS),
  group: ({ random }) => random.pick(['kubeflow.org', '']),
  resource: ({ random }) => random.pick(RESOURCES),
  imageConfig: ({ random }) => random.pick(['one', 'two', 'none']),
  podConfig: ({ random }) => random.pick(['tiny', 'big', 'none']),
  imageConfigs: () => ['one'],
  podConfigs: () => ['tiny'],
  dryRun: () => true,
  displayName: () => 'Another name',
  description: () => 'Another description',
  deprecationMessage: () => 'Another message',
  mountPath: () => '/somewhere',
  mediaType: () => 'image/svg+xml',
  claimName: ({ target }) => target.word,
  home: ({ target }) => target.word,
  secretName: ({ target }) => target.word,
  timeoutSeconds: () => 0,
  follow: () => false,
  url: () => 'https://example.com/picture.svg',
  container: () => 'main',
  text: ({ target }) => target.word,
  storageClassName: ({ target }) => target.word,
  base64: () => 'd29yZA==',
  requestedSize: () => '1Gi',
  workspaces: ({ target }) => [target.name],
  storageClasses: ({ target }) => [target.word],
  nodeNames: ({ target }) => [target.word],
  nodes: ({ target }) => [target.word],
  createdBy: ({ target }) => [target.word],
  requests: () => ['cpu'],
  groupBy: ({ random }) => [random.pick(['NAMESPACE', 'KIND', 'POD_CONFIG', 'CREATED_BY', 'NODE'])],
  queues: ({ target }) => [target.word],
  reasons: () => ['Failed'],
  remove: ({ target }) => [target.word],
  optionId: ({ random }) => random.pick(['one', 'tiny']),
  defaultImageConfig: () => 'one',
  defaultPodConfig: () => 'tiny',
  redirectTo: () => 'two',
  portId: () => 'main',
  image: () => 'example.com/image:1',
  imagePullPolicy: () => 'Always',
  quantity: () => '1',
  operator: () => 'In',
  values: ({ target }) => [target.word],
  script: () => 'exit 0',
  serviceAccountName: ({ target }) => target.word,
  securityContext: () => ({}),
  containerSecurityContext: () => ({}),
  extraEnv: ({ target }) => [{ name: 'EXTRA', value: target.word }],
  extraVolumes: () => [],
  extraVolumeMounts: () => [],
  tolerations: () => [],
  affinity: () => ({}),
};

/** Always omitted if optional: they change only the form of a response, or need values that are unknown here. */
const LEFT_OUT = new Set([
  'after',
  'before',
  'generateName',
  'fieldManager',
  'resourceVersion',
  'deferUpdates',
  'gracePeriodSeconds',
  'propagationPolicy',
  'fieldValidation',
  'force',
  'phases',
  'types',
  'sinceTime',
  'previous',
  'base64',
  'groupByLabels',
]);
/** Always given. */
const ALWAYS = new Set(['dryRun', 'follow']);
/** Always given for root fields. */
const GIVEN = new Set(['timeoutSeconds', 'name', 'names', 'filter']);

/** Returns a value for an argument, 'left out' to omit it, or undefined for any value of its type. */
export function argumentValue(argument: string, place: Place): unknown {
  const { random, isRequired, level } = place;
  const isGiven =
    isRequired ||
    ALWAYS.has(argument) ||
    (!LEFT_OUT.has(argument) && ((level === 0 && GIVEN.has(argument)) || random.below(3) === 0));
  return isGiven ? words[argument]?.(place) : 'left out';
}
