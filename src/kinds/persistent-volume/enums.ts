import { builder } from '../../graphql/builder.ts';

const accessModes = {
  READ_WRITE_ONCE: { name: 'ReadWriteOnce', description: 'One node may write, with all pods on it.' },
  READ_ONLY_MANY: { name: 'ReadOnlyMany', description: 'Many nodes may read.' },
  READ_WRITE_MANY: { name: 'ReadWriteMany', description: 'Many nodes may write.' },
  READ_WRITE_ONCE_POD: { name: 'ReadWriteOncePod', description: 'One pod may write, and no other may mount it.' },
} as const;

export type AccessMode = keyof typeof accessModes | 'UNKNOWN';

export const AccessModeEnum = builder.enumType('AccessMode', {
  description: 'Who may mount storage at one time, and how.',
  values: {
    READ_WRITE_ONCE: { description: accessModes.READ_WRITE_ONCE.description },
    READ_ONLY_MANY: { description: accessModes.READ_ONLY_MANY.description },
    READ_WRITE_MANY: { description: accessModes.READ_WRITE_MANY.description },
    READ_WRITE_ONCE_POD: { description: accessModes.READ_WRITE_ONCE_POD.description },
    UNKNOWN: { description: 'Something that this gateway does not know. Not to be asked for.' },
  } as const satisfies Record<AccessMode, object>,
});

const accessModeByName: ReadonlyMap<string, AccessMode> = new Map([
  ['ReadWriteOnce', 'READ_WRITE_ONCE'],
  ['ReadOnlyMany', 'READ_ONLY_MANY'],
  ['ReadWriteMany', 'READ_WRITE_MANY'],
  ['ReadWriteOncePod', 'READ_WRITE_ONCE_POD'],
]);

export function accessModesOf(names: readonly string[] | undefined): AccessMode[] {
  return (names ?? []).map((name) => accessModeByName.get(name) ?? 'UNKNOWN');
}

/** As Kubernetes spells it. Undefined for what is not to be asked for. */
export function accessModeName(mode: AccessMode): string | undefined {
  return mode === 'UNKNOWN' ? undefined : accessModes[mode].name;
}

export const VolumeModeEnum = builder.enumType('VolumeMode', {
  description: 'As what storage is mounted.',
  values: {
    FILESYSTEM: { description: 'As a directory.' },
    BLOCK: { description: 'As a device.' },
    UNKNOWN: { description: 'Something that this gateway does not know. Not to be asked for.' },
  } as const,
});

export function volumeModeOf(name: string | undefined): typeof VolumeModeEnum.$inferType {
  if (!name || name === 'Filesystem') return 'FILESYSTEM';
  return name === 'Block' ? 'BLOCK' : 'UNKNOWN';
}

export const ReclaimPolicyEnum = builder.enumType('ReclaimPolicy', {
  description: 'What becomes of storage when nobody claims it any more.',
  values: {
    RETAIN: { description: 'It stays, with what is in it, until an administrator looks after it.' },
    DELETE: { description: 'It is deleted, with what is in it.' },
    RECYCLE: { description: 'It is emptied, and given to others.' },
    UNKNOWN: { description: 'Something that this gateway does not know.' },
  } as const,
});

const reclaimPolicyByName: ReadonlyMap<string | undefined, typeof ReclaimPolicyEnum.$inferType> = new Map([
  ['Retain', 'RETAIN'],
  ['Delete', 'DELETE'],
  ['Recycle', 'RECYCLE'],
]);

export function reclaimPolicyOf(name: string | undefined): typeof ReclaimPolicyEnum.$inferType {
  return reclaimPolicyByName.get(name) ?? 'UNKNOWN';
}
