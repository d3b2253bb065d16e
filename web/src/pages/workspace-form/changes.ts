import type { Draft, Entry } from './draft.ts';

/** A part of the input that an update replaces as a whole. */
interface Part {
  readonly key: keyof Draft;
  readonly title: string;
  /** Whether a change of it restarts a running workspace. */
  readonly restarts: boolean;
  /** Its value for people. Different values may have the same text. */
  readonly text: (draft: Draft) => string;
}

/** The parts that can be changed, in the order of the form. */
const parts: readonly Part[] = [
  { key: 'displayName', title: 'Display name', restarts: false, text: ({ displayName }) => displayName },
  { key: 'imageConfig', title: 'Image', restarts: true, text: ({ imageConfig }) => imageConfig },
  { key: 'podConfig', title: 'Size', restarts: true, text: ({ podConfig }) => podConfig },
  { key: 'paused', title: 'Paused', restarts: false, text: ({ paused }) => (paused ? 'yes' : 'no') },
  { key: 'home', title: 'Home volume', restarts: true, text: ({ home }) => home.claimName },
  {
    key: 'data',
    title: 'Data volumes',
    restarts: true,
    text: ({ data }) =>
      data
        .map(({ claimName, mountPath, readOnly }) => `${claimName} at ${mountPath}${readOnly ? ', read-only' : ''}`)
        .join('; '),
  },
  {
    key: 'secrets',
    title: 'Secrets',
    restarts: true,
    text: ({ secrets }) =>
      secrets
        .map(({ secretName, mountPath, defaultMode }) => `${secretName} at ${mountPath}, ${defaultMode}`)
        .join('; '),
  },
  { key: 'labels', title: 'Labels', restarts: false, text: ({ labels }) => entriesText(labels) },
  { key: 'annotations', title: 'Annotations', restarts: false, text: ({ annotations }) => entriesText(annotations) },
  { key: 'podLabels', title: 'Pod labels', restarts: true, text: ({ podLabels }) => entriesText(podLabels) },
  {
    key: 'podAnnotations',
    title: 'Pod annotations',
    restarts: true,
    text: ({ podAnnotations }) => entriesText(podAnnotations),
  },
];

function entriesText(entries: readonly Entry[]): string {
  return entries.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** A part that differs between two drafts. */
export interface Change {
  readonly key: keyof Draft;
  readonly title: string;
  readonly restarts: boolean;
  readonly before: string;
  readonly after: string;
}

export function changesOf(before: Draft, after: Draft): readonly Change[] {
  return parts
    .filter(({ key }) => valueText(before[key]) !== valueText(after[key]))
    .map(({ text, ...part }) => ({ ...part, before: text(before), after: text(after) }));
}

/** Returns a value as JSON, without the keys of its items and without how a claim is created. */
function valueText(value: Draft[keyof Draft]): string {
  return JSON.stringify(value, (name, member: unknown) => (name === 'key' || name === 'newClaim' ? undefined : member));
}

/** Returns the current state with the changes of the person. */
export function rebased(draft: Draft, base: Draft, current: Draft): Draft {
  return changesOf(base, draft).reduce<Draft>((next, { key }) => ({ ...next, [key]: draft[key] }), current);
}
