import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import type { Resource } from '../../../kubernetes/resource.ts';
import { isForbidden, isNotFound, type StatusCause } from '../../../kubernetes/status-error.ts';
import { duplicateValue, invalidValue } from '../../../mutations/field-errors.ts';
import { CAN_MOUNT_LABEL, canMount } from '../../../mutations/permission-labels.ts';
import { PersistentVolumeClaim } from '../../persistent-volume-claim/resource.ts';
import { Secret } from '../../secret/resource.ts';
import type { WorkspaceKindObject } from '../../workspace-kind/resource.ts';
import { mountedVolumesOf, normalizedPath, type MountedVolume } from '../mount-paths.ts';
import { specOf, type WorkspaceContent, type WorkspaceWrite } from '../resource.ts';

const VOLUMES = 'spec.podTemplate.volumes';

/**
 * Returns a cause for each volume that the write would mount at the path of another volume of the workspace, since only one of
 * them would be visible in the container, and for each path that Kubernetes does not allow. Volumes that had their path before
 * the write may keep it. A path at which the WorkspaceKind mounts something is valid: the volume of the workspace replaces it.
 */
export function validateMountPaths(
  { before, after }: WorkspaceWrite,
  workspaceKind: WorkspaceKindObject | undefined,
): StatusCause[] {
  const known = new Set(before && mountedVolumesOf(before, workspaceKind).map(placeOf));
  const isNew = (volume: MountedVolume) => !known.has(placeOf(volume));
  const taken = new Map<string, MountedVolume>();
  return mountedVolumesOf(after, workspaceKind).flatMap((volume) => {
    if (volume.list !== 'home' && isNew(volume) && volume.mountPath.includes(':'))
      return [invalidValue(fieldOf(volume), `expected a path without ":", got ${JSON.stringify(volume.mountPath)}`)];
    const directory = normalizedPath(volume.mountPath);
    const other = taken.get(directory);
    if (!other) taken.set(directory, volume);
    if (!other || !(isNew(volume) || isNew(other))) return [];
    const [added, present] = isNew(volume) ? [volume, other] : [other, volume];
    const title = present.list === 'home' ? 'the home volume' : 'another volume';
    return [duplicateValue(fieldOf(added), `${JSON.stringify(added.mountPath)} is already the mount path of ${title}`)];
  });
}

function fieldOf({ list, index }: MountedVolume): string {
  return list === 'home' ? `${VOLUMES}.home` : `${VOLUMES}.${list}[${index}].mountPath`;
}

function placeOf({ list, mountPath }: MountedVolume): string {
  return `${list} ${normalizedPath(mountPath)}`;
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
 * The gateway reads and writes with its own identity, which may have more permissions than the viewer. The
 * message is the same for missing and unlabelled objects, so it does not disclose which objects exist.
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
    return canMount(await client.reader.unrestricted.getUncached(resource, { namespace, name })) ? undefined : refusal;
  } catch (error) {
    if (isNotFound(error)) return refusal;
    if (!isForbidden(error)) throw error;
    throw failure(
      'FORBIDDEN',
      `The gateway may not get ${plural} in namespace ${JSON.stringify(namespace)}, so it cannot check whether a workspace may mount them. Grant its service account the role in deploy/components/mode-header, or set IMPERSONATE=true.`,
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
