import type { SeededRandom } from '../seeded-random.ts';

/** What a request is about, and words that may be looked for. */
export interface Target {
  readonly namespace: string;
  readonly name: string;
  readonly id: string;
  /** Name of a kind. */
  readonly kind: string;
  /** A word of some object, possibly of one that is not to be seen. */
  readonly word: string;
  /** A label of some object, as `key=value`. */
  readonly label: string;
  readonly uid: string;
  readonly revision: string;
  /** The object as it is, for who writes it again. */
  readonly manifest: object;
  /** What is patched, in the form that the kind of patch takes. */
  readonly patch: { readonly type: string; readonly patch: unknown };
}

interface Place {
  readonly target: Target;
  readonly random: SeededRandom;
  /** How deep the field is nested. */
  readonly level: number;
  readonly isRequired: boolean;
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const RESOURCES = ['workspaces', 'workspacekinds', 'namespaces', 'secrets'];

/** By the name of an argument or an input field, whatever has it. Undefined there: by its type. */
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
  claimName: ({ target }) => target.word,
  home: ({ target }) => target.word,
  secretName: ({ target }) => target.word,
  timeoutSeconds: () => 0,
  follow: () => false,
  container: () => 'main',
  text: ({ target }) => target.word,
  storageClassName: ({ target }) => target.word,
  base64: () => 'd29yZA==',
  requestedSize: () => '1Gi',
  workspaces: ({ target }) => [target.name],
  storageClasses: ({ target }) => [target.word],
  nodeNames: ({ target }) => [target.word],
  queues: ({ target }) => [target.word],
  reasons: () => ['Failed'],
  remove: ({ target }) => [target.word],
};

/** Left out wherever they may be: they ask for other forms of the same, or depend on what is not known here. */
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
]);
/** Given wherever they can be. */
const ALWAYS = new Set(['dryRun', 'follow']);
/** Given by root fields wherever they can be. */
const GIVEN = new Set(['timeoutSeconds', 'name', 'names', 'filter']);

/** What to give for an argument: a value, nothing, or undefined for whatever its type allows. */
export function argumentValue(argument: string, place: Place): unknown {
  const { random, isRequired, level } = place;
  const isGiven =
    isRequired ||
    ALWAYS.has(argument) ||
    (!LEFT_OUT.has(argument) && ((level === 0 && GIVEN.has(argument)) || random.below(3) === 0));
  return isGiven ? words[argument]?.(place) : 'left out';
}
