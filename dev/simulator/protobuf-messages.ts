/** A field of a protobuf message, and how it reads as JSON. */
export interface Field {
  readonly name: string;
  readonly type: 'text' | 'bytes' | 'number' | 'boolean' | 'message' | 'textMap' | 'bytesMap';
  readonly repeated?: boolean;
  readonly message?: string;
}

/** Fields by their number. */
export type Message = Readonly<Record<number, Field>>;

/** The messages that kubectl's own commands send, with the field numbers of the published generated.proto files. */
export const MESSAGES: Readonly<Record<string, Message>> = {
  Unknown: { 1: nested('typeMeta', 'TypeMeta'), 2: { name: 'raw', type: 'bytes' } },
  TypeMeta: texts('apiVersion', 'kind'),
  TextEntry: texts('key', 'value'),
  BytesEntry: { 1: text('key'), 2: { name: 'value', type: 'bytes' } },
  ObjectMeta: {
    ...texts('name', 'generateName', 'namespace'),
    5: text('uid'),
    6: text('resourceVersion'),
    11: { name: 'labels', type: 'textMap' },
    12: { name: 'annotations', type: 'textMap' },
    13: { ...nested('ownerReferences', 'OwnerReference'), repeated: true },
    14: { ...text('finalizers'), repeated: true },
  },
  OwnerReference: { 1: text('kind'), 3: text('name'), 4: text('uid'), 5: text('apiVersion'), 6: boolean('controller') },
  Namespace: { 1: nested('metadata', 'ObjectMeta') },
  ConfigMap: {
    1: nested('metadata', 'ObjectMeta'),
    2: { name: 'data', type: 'textMap' },
    3: { name: 'binaryData', type: 'bytesMap' },
    4: boolean('immutable'),
  },
  Secret: {
    1: nested('metadata', 'ObjectMeta'),
    2: { name: 'data', type: 'bytesMap' },
    3: text('type'),
    4: { name: 'stringData', type: 'textMap' },
    5: boolean('immutable'),
  },
  ServiceAccount: { 1: nested('metadata', 'ObjectMeta') },
  DeleteOptions: {
    1: { name: 'gracePeriodSeconds', type: 'number' },
    2: nested('preconditions', 'Preconditions'),
    3: boolean('orphanDependents'),
    4: text('propagationPolicy'),
    5: { ...text('dryRun'), repeated: true },
  },
  Preconditions: texts('uid', 'resourceVersion'),
  SelfSubjectReview: { 1: nested('metadata', 'ObjectMeta') },
  SelfSubjectRulesReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'RulesSpec') },
  RulesSpec: texts('namespace'),
  SelfSubjectAccessReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'AccessSpec') },
  AccessSpec: {
    1: nested('resourceAttributes', 'ResourceAttributes'),
    2: nested('nonResourceAttributes', 'PathAttributes'),
  },
  ResourceAttributes: texts('namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'),
  PathAttributes: texts('path', 'verb'),
  SubjectAccessReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'SubjectSpec') },
  LocalSubjectAccessReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'SubjectSpec') },
  SubjectSpec: {
    1: nested('resourceAttributes', 'ResourceAttributes'),
    2: nested('nonResourceAttributes', 'PathAttributes'),
    3: text('user'),
    4: { ...text('groups'), repeated: true },
    6: text('uid'),
  },
  TokenReview: { 1: nested('metadata', 'ObjectMeta'), 2: nested('spec', 'TokenSpec') },
  TokenSpec: { 1: text('token'), 2: { ...text('audiences'), repeated: true } },
  Role: { 1: nested('metadata', 'ObjectMeta'), 2: { ...nested('rules', 'PolicyRule'), repeated: true } },
  ClusterRole: {
    1: nested('metadata', 'ObjectMeta'),
    2: { ...nested('rules', 'PolicyRule'), repeated: true },
    3: nested('aggregationRule', 'AggregationRule'),
  },
  PolicyRule: lists('verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'),
  AggregationRule: { 1: { ...nested('clusterRoleSelectors', 'LabelSelector'), repeated: true } },
  LabelSelector: {
    1: { name: 'matchLabels', type: 'textMap' },
    2: { ...nested('matchExpressions', 'LabelRequirement'), repeated: true },
  },
  LabelRequirement: { ...texts('key', 'operator'), 3: { ...text('values'), repeated: true } },
  RoleBinding: binding(),
  ClusterRoleBinding: binding(),
  Subject: texts('kind', 'apiGroup', 'name', 'namespace'),
  RoleRef: texts('apiGroup', 'kind', 'name'),
};

function binding(): Message {
  return {
    1: nested('metadata', 'ObjectMeta'),
    2: { ...nested('subjects', 'Subject'), repeated: true },
    3: nested('roleRef', 'RoleRef'),
  };
}

function text(name: string): Field {
  return { name, type: 'text' };
}

function boolean(name: string): Field {
  return { name, type: 'boolean' };
}

function nested(name: string, message: string): Field {
  return { name, type: 'message', message };
}

/** Text fields numbered from 1. */
function texts(...names: readonly string[]): Message {
  return Object.fromEntries(names.map((name, index) => [index + 1, text(name)]));
}

/** Lists of texts numbered from 1. */
function lists(...names: readonly string[]): Message {
  return Object.fromEntries(names.map((name, index) => [index + 1, { ...text(name), repeated: true }]));
}
