import { messageOf, RequestError } from '../../data/request-error.ts';
import { claimChoices } from './inputs.ts';
import { modeOf, type ClaimChoice, type Draft } from './draft.ts';

/** A problem of the input. */
export interface Problem {
  /** Path of the field, such as `volumes.data[0].claimName`. Undefined if the form has no such field. */
  readonly field: string | undefined;
  readonly message: string;
}

/** Returns the paths of all fields, in the order of the form. They are those of the input of the mutation. */
export function fieldsOf(draft: Draft): readonly string[] {
  return [
    'namespace',
    'name',
    'displayName',
    'kind',
    'imageConfig',
    'podConfig',
    ...fieldsOfClaim('volumes.home', draft.home),
    'volumes.data',
    ...draft.data.flatMap((volume, index) => [
      ...fieldsOfClaim(`volumes.data[${index}].claimName`, volume),
      `volumes.data[${index}].mountPath`,
      `volumes.data[${index}].readOnly`,
    ]),
    'volumes.secrets',
    ...draft.secrets.flatMap((_, index) =>
      ['secretName', 'mountPath', 'defaultMode'].map((part) => `volumes.secrets[${index}].${part}`),
    ),
    ...fieldsOfEntries('podMetadata.labels', draft.podLabels.length),
    ...fieldsOfEntries('podMetadata.annotations', draft.podAnnotations.length),
    ...fieldsOfEntries('labels', draft.labels.length),
    ...fieldsOfEntries('annotations', draft.annotations.length),
    'paused',
  ];
}

const claimParts = ['name', 'requestedSize', 'storageClassName', 'accessModes'];

function fieldsOfClaim(at: string, { newClaim }: ClaimChoice): readonly string[] {
  return newClaim ? [at, ...claimParts.map((part) => `${at}.new.${part}`)] : [at];
}

function fieldsOfEntries(path: string, count: number): readonly string[] {
  const lines = Array.from({ length: count }, (_, index) => `${path}[${index}]`);
  return [path, ...lines.flatMap((line) => [`${line}.key`, `${line}.value`])];
}

const titles: Readonly<Record<string, string>> = {
  namespace: 'Namespace',
  name: 'Name',
  displayName: 'Display name',
  kind: 'Kind',
  imageConfig: 'Image',
  podConfig: 'Size',
  paused: 'Start paused',
  'volumes.home': 'Home volume',
  'volumes.data': 'Data volume',
  'volumes.secrets': 'Secret',
  'podMetadata.labels': 'Pod label',
  'podMetadata.annotations': 'Pod annotation',
  labels: 'Label',
  annotations: 'Annotation',
  claimName: 'claim',
  new: 'new claim',
  requestedSize: 'capacity',
  storageClassName: 'storage class',
  accessModes: 'access',
  mountPath: 'mount path',
  readOnly: 'read-only',
  secretName: 'name',
  defaultMode: 'mode',
};

/** Returns the name of a field for people, such as `Data volume 1, mount path`. */
export function titleOf(path: string): string {
  const [, list = path, index, rest = ''] = /^([\w.]+?)(?:\[(\d+)\]|(?=\.new\.))(.*)$/u.exec(path) ?? [];
  const parts = rest.split('.').filter(Boolean);
  const main = `${titles[list] ?? list}${index === undefined ? '' : ` ${Number(index) + 1}`}`;
  return [main, ...parts.map((part) => (part === 'name' ? 'name' : (titles[part] ?? part)))].join(', ');
}

/** Returns the field of an input path, or its nearest parent that is one. Undefined if the form has neither. */
export function fieldAt(inputPath: string, fields: readonly string[]): string | undefined {
  let path = inputPath.replace(/^input\./u, '');
  while (path !== '' && !fields.includes(path)) path = path.replace(/(?:^|\.)[^.[\]]+$|\[[^\]]*\]$/u, '');
  return path === '' ? undefined : path;
}

/** Returns the problems of a refused mutation of a workspace. */
export function problemsOf(error: unknown, draft: Draft): readonly Problem[] {
  const fields = fieldsOf(draft);
  if (!(error instanceof RequestError)) return [{ field: undefined, message: messageOf(error) }];
  if (error.code === 'ALREADY_EXISTS')
    return [{ field: 'name', message: 'A workspace with this name exists in the namespace already.' }];
  if (error.causes.length === 0) return error.errors.map(({ message }) => ({ field: undefined, message }));
  return error.causes.map(({ field, message }) => {
    const known = field === undefined ? undefined : fieldAt(field, fields);
    return { field: known, message: known || !field ? message : `${field}: ${message}` };
  });
}

/** Returns the problems of a refused claim. Its fields are those of the volume at this path. */
export function claimProblemsOf(error: unknown, at: string): readonly Problem[] {
  const own = (part: string) => `${at}.new.${part}`;
  if (!(error instanceof RequestError)) return [{ field: own('name'), message: messageOf(error) }];
  if (error.code === 'ALREADY_EXISTS')
    return [{ field: own('name'), message: 'A claim with this name exists in the namespace already.' }];
  if (error.causes.length === 0) return error.errors.map(({ message }) => ({ field: at, message }));
  return error.causes.map(({ field = '', message }) => ({ field: own(fieldAt(field, claimParts) ?? 'name'), message }));
}

/** Returns problems of missing values and of values that cannot be sent. The gateway checks the other ones. */
export function localProblems(draft: Draft): readonly Problem[] {
  const { namespace, name, kind, imageConfig, podConfig, data, secrets } = draft;
  const required: readonly (readonly [field: string, value: string, message: string])[] = [
    ['namespace', namespace, 'Choose a namespace.'],
    ['name', name, 'Enter a name.'],
    ['kind', kind, 'Choose a kind.'],
    ...(kind === ''
      ? []
      : ([
          ['imageConfig', imageConfig, 'Choose an image.'],
          ['podConfig', podConfig, 'Choose a size.'],
        ] as const)),
    ...data.flatMap(({ claimName, newClaim, mountPath }, index) => [
      ...(newClaim ? [] : [[`volumes.data[${index}].claimName`, claimName, 'Choose a claim.'] as const]),
      [`volumes.data[${index}].mountPath`, mountPath, 'Enter a mount path.'] as const,
    ]),
    ...secrets.flatMap(({ secretName, mountPath }, index) => [
      [`volumes.secrets[${index}].secretName`, secretName, 'Choose a secret.'] as const,
      [`volumes.secrets[${index}].mountPath`, mountPath, 'Enter a mount path.'] as const,
    ]),
  ];
  return [
    ...required.filter(([, value]) => value.trim() === '').map(([field, , message]) => ({ field, message })),
    ...missingNames(draft),
    ...newClaimProblems(draft),
    ...secrets.flatMap(({ defaultMode }, index) =>
      modeOf(defaultMode) === undefined
        ? [{ field: `volumes.secrets[${index}].defaultMode`, message: 'Expected octal digits, such as 0644.' }]
        : [],
    ),
  ];
}

function missingNames({ podLabels, podAnnotations, labels, annotations }: Draft): readonly Problem[] {
  const lists = {
    'podMetadata.labels': podLabels,
    'podMetadata.annotations': podAnnotations,
    labels,
    annotations,
  };
  return Object.entries(lists).flatMap(([path, entries]) =>
    entries.flatMap(({ name }, index) =>
      name.trim() === '' ? [{ field: `${path}[${index}].key`, message: 'Enter a key, or remove the line.' }] : [],
    ),
  );
}

function newClaimProblems(draft: Draft): readonly Problem[] {
  const names = new Set<string>();
  return claimChoices(draft).flatMap(({ at, choice: { claimName, newClaim } }) => {
    if (!newClaim) return [];
    const field = `${at}.new.name`;
    const problems = capacityProblems(`${at}.new.requestedSize`, newClaim.requestedSize);
    if (claimName.trim() === '') return [{ field, message: 'Enter a name for the claim.' }, ...problems];
    if (names.has(claimName))
      return [{ field, message: 'Another new claim of this form has the same name.' }, ...problems];
    names.add(claimName);
    return problems;
  });
}

/** Returns a problem if a capacity has no unit: the API reads `10` as 10 bytes. */
function capacityProblems(field: string, text: string): readonly Problem[] {
  return /^\d{1,6}$/u.test(text.trim()) ? [{ field, message: `Add a unit, such as ${text.trim()}Gi.` }] : [];
}

/** Returns the problems in the order of the form, those without a field first, and one for each field and message. */
export function inFormOrder(problems: readonly Problem[], draft: Draft): readonly Problem[] {
  const fields = fieldsOf(draft);
  const rank = ({ field }: Problem) => (field === undefined ? -1 : fields.indexOf(field));
  const unique = new Map(problems.map((problem) => [`${problem.field ?? ''} ${problem.message}`, problem]));
  return [...unique.values()].sort((a, b) => rank(a) - rank(b));
}
