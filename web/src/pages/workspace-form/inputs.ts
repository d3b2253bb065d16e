import type {
  CreatePersistentVolumeClaimInput,
  CreateWorkspaceInput,
  KeyValueInput,
  UpdateWorkspaceInput,
  WorkspaceVolumesInput,
} from '../../__generated__/graphql.ts';
import { changesOf } from './changes.ts';
import { modeOf, type ClaimChoice, type Draft, type Entry } from './draft.ts';

export function createInput(draft: Draft, dryRun: boolean): CreateWorkspaceInput {
  const { namespace, name, displayName, kind, imageConfig, podConfig, paused } = draft;
  return {
    namespace,
    name,
    displayName,
    kind,
    imageConfig,
    podConfig,
    paused,
    dryRun,
    volumes: { home: homeOf(draft), data: dataOf(draft), secrets: secretsOf(draft) },
    labels: pairsOf(draft.labels),
    annotations: pairsOf(draft.annotations),
    podMetadata: { labels: pairsOf(draft.podLabels), annotations: pairsOf(draft.podAnnotations) },
  };
}

/** The state that the changes of a draft are based on. */
export interface Base {
  readonly draft: Draft;
  readonly revision: string;
}

/** Returns an input with the changes only. */
export function updateInput(draft: Draft, base: Base, dryRun: boolean): UpdateWorkspaceInput {
  const { namespace, name, displayName, imageConfig, podConfig, paused } = draft;
  const changed = new Set(changesOf(base.draft, draft).map(({ key }) => key));
  const volumes: WorkspaceVolumesInput = {
    ...(changed.has('home') && { home: homeOf(draft) }),
    ...(changed.has('data') && { data: dataOf(draft) }),
    ...(changed.has('secrets') && { secrets: secretsOf(draft) }),
  };
  const podMetadata = {
    ...(changed.has('podLabels') && { labels: pairsOf(draft.podLabels) }),
    ...(changed.has('podAnnotations') && { annotations: pairsOf(draft.podAnnotations) }),
  };
  return {
    namespace,
    name,
    revision: base.revision,
    dryRun,
    ...(changed.has('displayName') && { displayName }),
    ...(changed.has('imageConfig') && { imageConfig }),
    ...(changed.has('podConfig') && { podConfig }),
    ...(changed.has('paused') && { paused }),
    ...(Object.keys(volumes).length > 0 && { volumes }),
    ...(changed.has('labels') && { labels: pairsOf(draft.labels) }),
    ...(changed.has('annotations') && { annotations: pairsOf(draft.annotations) }),
    ...(Object.keys(podMetadata).length > 0 && { podMetadata }),
  };
}

/** A claim that is created before the workspace, and the path of the field that chooses it. */
export interface ClaimToCreate {
  readonly at: string;
  readonly input: CreatePersistentVolumeClaimInput;
}

export function claimsToCreate(draft: Draft, dryRun: boolean): readonly ClaimToCreate[] {
  return claimChoices(draft).flatMap(({ at, choice: { claimName, newClaim } }) => {
    if (!newClaim) return [];
    const { requestedSize, storageClassName, accessMode } = newClaim;
    const { namespace } = draft;
    const input = { namespace, name: claimName, requestedSize, storageClassName, accessModes: [accessMode], dryRun };
    return [{ at, input }];
  });
}

/** Returns the volumes that are claims, each with the path of its field. */
export function claimChoices({ home, data }: Draft): readonly { readonly at: string; readonly choice: ClaimChoice }[] {
  return [
    { at: 'volumes.home', choice: home },
    ...data.map((choice, index) => ({ at: `volumes.data[${index}].claimName`, choice })),
  ];
}

function homeOf({ home }: Draft): string | null {
  return home.claimName === '' && !home.newClaim ? null : home.claimName;
}

function dataOf({ data }: Draft) {
  return data.map(({ claimName, mountPath, readOnly }) => ({ claimName, mountPath, readOnly }));
}

function secretsOf({ secrets }: Draft) {
  return secrets.map(({ secretName, mountPath, defaultMode }) => ({
    secretName,
    mountPath,
    defaultMode: modeOf(defaultMode) ?? 0o644,
  }));
}

function pairsOf(entries: readonly Entry[]): KeyValueInput[] {
  return entries.map(({ name, value }) => ({ key: name, value }));
}
