import type { AccessMode, EditedWorkspaceFragment } from '../../__generated__/graphql.ts';

/** The input of the form. Texts are kept as they are typed. */
export interface Draft {
  readonly namespace: string;
  readonly name: string;
  readonly displayName: string;
  /** Name of the kind. Empty while none is chosen. */
  readonly kind: string;
  readonly imageConfig: string;
  readonly podConfig: string;
  readonly paused: boolean;
  readonly home: ClaimChoice;
  readonly data: readonly DataVolume[];
  readonly secrets: readonly SecretVolume[];
  readonly labels: readonly Entry[];
  readonly annotations: readonly Entry[];
  readonly podLabels: readonly Entry[];
  readonly podAnnotations: readonly Entry[];
}

/** An existing claim, or one that is created first. */
export interface ClaimChoice {
  /** Empty while none is chosen. */
  readonly claimName: string;
  readonly newClaim?: NewClaim | undefined;
}

export interface NewClaim {
  readonly requestedSize: string;
  readonly storageClassName: string;
  readonly accessMode: AccessMode;
}

export interface DataVolume extends ClaimChoice {
  readonly key: number;
  readonly mountPath: string;
  readonly readOnly: boolean;
}

export interface SecretVolume {
  readonly key: number;
  readonly secretName: string;
  readonly mountPath: string;
  /** Permission bits in octal, such as `0644`. */
  readonly defaultMode: string;
}

/** A label or an annotation. */
export interface Entry {
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

/** Restored drafts have keys of an earlier load of the page. */
let lastKey = Date.now();

/** Returns a key by which an item of a list stays the same while it is changed or moved. */
export function nextKey(): number {
  lastKey += 1;
  return lastKey;
}

export function emptyDraft(namespace: string, kind: string): Draft {
  return {
    namespace,
    name: '',
    displayName: '',
    kind,
    imageConfig: '',
    podConfig: '',
    paused: false,
    home: { claimName: '' },
    data: [],
    secrets: [],
    labels: [],
    annotations: [],
    podLabels: [],
    podAnnotations: [],
  };
}

/** Annotations with this prefix belong to the system: an update keeps them. */
const RESERVED_PREFIX = 'notebooks.kubeflow.org/';

export function draftOf(workspace: EditedWorkspaceFragment): Draft {
  const { volumes, podMetadata, metadata } = workspace;
  return {
    namespace: workspace.namespaceName,
    name: workspace.name,
    displayName: workspace.displayName === workspace.name ? '' : workspace.displayName,
    kind: workspace.kindName,
    imageConfig: workspace.imageConfig.optionId,
    podConfig: workspace.podConfig.optionId,
    paused: workspace.paused,
    home: { claimName: volumes.home?.claimName ?? '' },
    data: volumes.data.map(({ claimName, mountPath, readOnly }) => ({
      key: nextKey(),
      claimName,
      mountPath: mountPath ?? '',
      readOnly,
    })),
    secrets: volumes.secrets.map(({ defaultMode, ...mount }) => ({
      key: nextKey(),
      ...mount,
      defaultMode: octalText(defaultMode),
    })),
    labels: entriesOf(metadata.labels),
    annotations: entriesOf(metadata.annotations.filter(({ key }) => !key.startsWith(RESERVED_PREFIX))),
    podLabels: entriesOf(podMetadata.labels),
    podAnnotations: entriesOf(podMetadata.annotations),
  };
}

function entriesOf(pairs: readonly { readonly key: string; readonly value: string }[]): readonly Entry[] {
  return pairs.map(({ key, value }) => ({ key: nextKey(), name: key, value }));
}

/**
 * Returns the draft with placeholders for all empty values, so that the gateway checks the rest: it refuses an
 * empty name before it looks at anything else.
 */
export function completed(draft: Draft): Draft {
  const named = (entries: readonly Entry[]) =>
    entries.map((entry) => ({ ...entry, name: filled(entry.name, `unnamed-${entry.key}`) }));
  const { home } = draft;
  return {
    ...draft,
    name: filled(draft.name, 'unnamed'),
    home: home.newClaim ? { ...home, claimName: filled(home.claimName, 'unnamed') } : home,
    data: draft.data.map((volume) => ({
      ...volume,
      claimName: filled(volume.claimName, `unnamed-${volume.key}`),
      mountPath: filled(volume.mountPath, `/unnamed-${volume.key}`),
    })),
    secrets: draft.secrets.map((secret) => ({
      ...secret,
      secretName: filled(secret.secretName, `unnamed-${secret.key}`),
      mountPath: filled(secret.mountPath, `/unnamed-${secret.key}`),
    })),
    labels: named(draft.labels),
    annotations: named(draft.annotations),
    podLabels: named(draft.podLabels),
    podAnnotations: named(draft.podAnnotations),
  };
}

export function emptySecret(index: number): SecretVolume {
  return { key: nextKey(), secretName: '', mountPath: numbered('/secrets', index), defaultMode: '0644' };
}

function numbered(path: string, index: number): string {
  return index === 0 ? path : `${path}-${index + 1}`;
}

function filled(text: string, placeholder: string): string {
  return text.trim() === '' ? placeholder : text;
}

/** Returns permission bits as people write them, such as `0644`. */
export function octalText(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`;
}

/** Returns the permission bits of a text such as `0644`. Undefined if it is none. */
export function modeOf(text: string): number | undefined {
  return /^0?[0-7]{1,3}$/u.test(text.trim()) ? Number.parseInt(text, 8) : undefined;
}

/** @param index position in the list, so that each has another mount path */
export function emptyVolume(index = 0): DataVolume {
  return { key: nextKey(), claimName: '', mountPath: numbered('/data', index), readOnly: false };
}

/** Returns a claim that is to be created, with the usual values. */
export function emptyClaim(storageClassName: string): NewClaim {
  return { requestedSize: '10Gi', storageClassName, accessMode: 'READ_WRITE_ONCE' };
}
