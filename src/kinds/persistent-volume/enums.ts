import { builder } from '../../graphql/builder.ts';

const accessModes = {
  READ_WRITE_ONCE: { name: 'ReadWriteOnce', description: '`ReadWriteOnce`: read-write by the pods of one node.' },
  READ_ONLY_MANY: { name: 'ReadOnlyMany', description: '`ReadOnlyMany`: read-only by many nodes.' },
  READ_WRITE_MANY: { name: 'ReadWriteMany', description: '`ReadWriteMany`: read-write by many nodes.' },
  READ_WRITE_ONCE_POD: { name: 'ReadWriteOncePod', description: '`ReadWriteOncePod`: read-write by one pod.' },
} as const;

type AccessMode = keyof typeof accessModes | 'UNKNOWN';

export const AccessModeEnum = builder.enumType('AccessMode', {
  description: 'Access mode of a volume.',
  values: {
    READ_WRITE_ONCE: { description: accessModes.READ_WRITE_ONCE.description },
    READ_ONLY_MANY: { description: accessModes.READ_ONLY_MANY.description },
    READ_WRITE_MANY: { description: accessModes.READ_WRITE_MANY.description },
    READ_WRITE_ONCE_POD: { description: accessModes.READ_WRITE_ONCE_POD.description },
    UNKNOWN: { description: 'An access mode that this gateway does not know. Not valid as input.' },
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

/** Returns the name in Kubernetes. Undefined for UNKNOWN, which is not valid as input. */
export function accessModeName(mode: AccessMode): string | undefined {
  return mode === 'UNKNOWN' ? undefined : accessModes[mode].name;
}

export const VolumeModeEnum = builder.enumType('VolumeMode', {
  description: 'Volume mode.',
  values: {
    FILESYSTEM: { description: 'The volume is mounted as a directory.' },
    BLOCK: { description: 'The volume is attached as a block device.' },
    UNKNOWN: { description: 'A volume mode that this gateway does not know. Not valid as input.' },
  } as const,
});

export function volumeModeOf(name: string | undefined): typeof VolumeModeEnum.$inferType {
  if (!name || name === 'Filesystem') return 'FILESYSTEM';
  return name === 'Block' ? 'BLOCK' : 'UNKNOWN';
}

export const ReclaimPolicyEnum = builder.enumType('ReclaimPolicy', {
  description: 'Handling of a volume after its claim is deleted.',
  values: {
    RETAIN: { description: 'The volume and its data are kept for an administrator.' },
    DELETE: { description: 'The volume and its data are deleted.' },
    RECYCLE: { description: 'The data is deleted and the volume becomes available again. Deprecated in Kubernetes.' },
    UNKNOWN: { description: 'A reclaim policy that this gateway does not know.' },
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
