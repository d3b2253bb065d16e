import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import type { Resource } from '../../../kubernetes/resource.ts';
import { isForbidden, isNotFound, type StatusCause } from '../../../kubernetes/status-error.ts';
import { duplicateValue } from '../../../mutations/field-errors.ts';
import { CAN_MOUNT_LABEL, canMount } from '../../../mutations/permission-labels.ts';
import { PersistentVolumeClaim } from '../../persistent-volume-claim/resource.ts';
import { Secret } from '../../secret/resource.ts';
import { workspaceKindSpecOf, type WorkspaceKindObject } from '../../workspace-kind/resource.ts';
import { specOf, type WorkspaceContent, type WorkspaceWrite } from '../resource.ts';

const VOLUMES = 'spec.podTemplate.volumes';

/** Volume with its mount path. */
interface MountedVolume {
  readonly field: string;
  readonly list: 'home' | 'kind' | 'data' | 'secrets';
  readonly mountPath: string;
  readonly isNew: boolean;
}

const titles = {
  home: 'the home volume',
  kind: 'a volume of the WorkspaceKind',
  data: 'another volume',
  secrets: 'another volume',
} as const;

/**
 * Returns a cause for each volume that the write would mount at the path of another one: the controller would silently
 * drop
 * one of them. Volumes that shared a path before the write may keep it.
 */
export function validateMountPaths(
  { before, after }: WorkspaceWrite,
  workspaceKind: WorkspaceKindObject | undefined,
): StatusCause[] {
  const known = new Set(before && mountedVolumesOf(before, workspaceKind).map(placeOf));
  const taken = new Map<string, MountedVolume>();
  return mountedVolumesOf(after, workspaceKind).flatMap((mounted) => {
    const volume = { ...mounted, isNew: mounted.isNew && !known.has(placeOf(mounted)) };
    const path = normalized(volume.mountPath);
    const other = taken.get(path);
    if (!other) taken.set(path, volume);
    if (!other || !(volume.isNew || other.isNew)) return [];
    const [added, present] = volume.isNew ? [volume, other] : [other, volume];
    const message = `${JSON.stringify(added.mountPath)} is already the mount path of ${titles[present.list]}`;
    return [duplicateValue(added.field, message)];
  });
}

function mountedVolumesOf(
  workspace: WorkspaceContent,
  workspaceKind: WorkspaceKindObject | undefined,
): MountedVolume[] {
  const { volumeMounts, extraVolumeMounts = [] } =
    (workspaceKind && workspaceKindSpecOf(workspaceKind).podTemplate) ?? {};
  const { home, data = [], secrets = [] } = specOf(workspace).podTemplate?.volumes ?? {};
  const listed = (list: 'data' | 'secrets', volumes: readonly { readonly mountPath?: string | undefined }[]) =>
    volumes.map(({ mountPath = '' }, i) => {
      return { field: `${VOLUMES}.${list}[${i}].mountPath`, list, mountPath, isNew: true };
    });
  const ofHome = { field: `${VOLUMES}.home`, list: 'home', isNew: true } as const;
  const ofKind = { field: 'spec.kind', list: 'kind', isNew: false } as const;
  return [
    ...(home && volumeMounts?.home ? [{ ...ofHome, mountPath: volumeMounts.home }] : []),
    ...extraVolumeMounts.flatMap(({ mountPath }) => (mountPath ? [{ ...ofKind, mountPath }] : [])),
    ...listed('data', data),
    ...listed('secrets', secrets),
  ];
}

function placeOf({ list, mountPath }: MountedVolume): string {
  return `${list} ${normalized(mountPath)}`;
}

/** Removes repeated and trailing slashes: `/data/` and `/data` are the same path. */
function normalized(path: string): string {
  return path.replaceAll(/\/+/gu, '/').replace(/(?<=.)\/$/u, '');
}

/** PersistentVolumeClaim or Secret that a workspace refers to. */
interface Mount {
  readonly field: string;
  readonly resource: Resource;
  readonly name: string;
}

type Reason = Omit<StatusCause, 'field'>;

/** Maximum number of objects that one write may add. Each is read from the API server. */
const MAX_NEW_MOUNTS = 100;

/**
 * Returns a cause for each PersistentVolumeClaim and Secret that the write adds and that the workspace may not mount. A
 * change of the label between this check and the write is not detected, as in any Kubernetes admission control.
 * @throws {GraphQLError} FORBIDDEN if the gateway writes with its own identity and may not get these objects
 */
export async function validateMounts(
  context: Context,
  { namespace, before, after }: WorkspaceWrite,
): Promise<StatusCause[]> {
  const known = new Set(before && mountsOf(before).map(keyOf));
  const added = mountsOf(after).filter((mount) => mount.name !== '' && !known.has(keyOf(mount)));
  const distinct = [...new Map(added.map((mount) => [keyOf(mount), mount])).values()];
  const excess = distinct[MAX_NEW_MOUNTS];
  if (excess) {
    const message = `expected at most ${MAX_NEW_MOUNTS} new claims and secrets in one write, got ${distinct.length}`;
    return [{ reason: 'FieldValueTooMany', field: excess.field, message }];
  }
  const reasons = new Map<string, Reason | undefined>(
    await Promise.all(
      distinct.map(async (mount) => [keyOf(mount), await reasonAgainst(context, namespace, mount)] as const),
    ),
  );
  return added.flatMap((mount) => {
    const reason = reasons.get(keyOf(mount));
    return reason ? [{ ...reason, field: mount.field }] : [];
  });
}

function mountsOf(workspace: WorkspaceContent): Mount[] {
  const { home, data = [], secrets = [] } = specOf(workspace).podTemplate?.volumes ?? {};
  const claims = [
    { field: `${VOLUMES}.home`, name: home ?? '' },
    ...data.map(({ pvcName = '' }, i) => ({ field: `${VOLUMES}.data[${i}].pvcName`, name: pvcName })),
  ];
  const named = secrets.map(({ secretName = '' }, i) => {
    return { field: `${VOLUMES}.secrets[${i}].secretName`, name: secretName };
  });
  return [
    ...claims.map((claim) => ({ ...claim, resource: PersistentVolumeClaim })),
    ...named.map((secret) => ({ ...secret, resource: Secret })),
  ];
}

function keyOf({ resource, name }: Mount): string {
  return `${resource.plural}/${name}`;
}

/** Names that an object can have. Other names are not requested. */
const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/u;

function reasonAgainst(context: Context, namespace: string, mount: Mount): Promise<Reason | undefined> {
  return context.viewer.clientIdentity === 'gateway'
    ? reasonByGateway(context, namespace, mount)
    : reasonByViewer(context, namespace, mount);
}

/**
 * The gateway reads and writes with its own identity, which may have more permissions than the viewer. The message is
 * the
 * same for missing and unlabelled objects, so it does not disclose which objects exist.
 */
async function reasonByGateway(
  { client }: Context,
  namespace: string,
  { resource, name }: Mount,
): Promise<Reason | undefined> {
  const { kind, plural } = resource;
  const wanted = `a ${kind} in namespace ${JSON.stringify(namespace)} that is labeled with ${CAN_MOUNT_LABEL}=true`;
  const message = `${kind} ${JSON.stringify(name)} cannot be mounted: expected the name of ${wanted}`;
  const refusal = { reason: 'FieldValueForbidden', message };
  if (!DNS_SUBDOMAIN.test(name)) return refusal;
  try {
    return canMount(await client.reader.getUncachedUnrestricted(resource, { namespace, name })) ? undefined : refusal;
  } catch (error) {
    if (isNotFound(error)) return refusal;
    if (!isForbidden(error)) throw error;
    throw failure(
      'FORBIDDEN',
      `The gateway may not get ${plural} in namespace ${JSON.stringify(namespace)}, so it cannot check whether a workspace may mount them. Grant its service account the role in deploy/mode-header.yaml, or set IMPERSONATE=true.`,
      { reason: 'GatewayForbidden', kind, namespace },
    );
  }
}

/**
 * The gateway reads and writes with the viewer's identity. An object that the viewer may not read cannot be mounted.
 */
async function reasonByViewer(
  { client }: Context,
  namespace: string,
  { resource, name }: Mount,
): Promise<Reason | undefined> {
  const { kind, plural } = resource;
  const which = `${kind} ${JSON.stringify(name)}`;
  const missing = {
    reason: 'FieldValueInvalid',
    message: `${which} not found in namespace ${JSON.stringify(namespace)}`,
  };
  try {
    await client.assertCan('get', resource, { namespace, name });
    if (!DNS_SUBDOMAIN.test(name)) return missing;
    if (canMount(await client.reader.getUncached(resource, { namespace, name }))) return undefined;
    return { reason: 'FieldValueForbidden', message: `${which} is not labeled with ${CAN_MOUNT_LABEL}=true` };
  } catch (error) {
    if (isNotFound(error)) return missing;
    if (!isForbidden(error)) throw error;
    const why = `you may not get ${plural} in namespace ${JSON.stringify(namespace)}`;
    return { reason: 'FieldValueForbidden', message: `${which} cannot be mounted: ${why}` };
  }
}
