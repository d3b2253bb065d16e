import type { Context } from '../../graphql/context.ts';
import { duplicateValue, forbiddenValue, invalidValue } from '../../mutations/invalid-input.ts';
import { unredacted } from '../../graphql/redaction.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import { isForbidden, isKindUnavailable, isNotFound, type StatusCause } from '../../kubernetes/status-error.ts';
import { PersistentVolumeClaim } from '../persistent-volume-claim/resource.ts';
import { Secret } from '../secret/resource.ts';
import { kindSpecOf, type WorkspaceKindObject } from '../workspace-kind/resource.ts';
import { CAN_MOUNT_LABEL, canMount } from './mountable.ts';

/** The volumes of an input. */
export interface MountedVolumes {
  readonly home?: string | null | undefined;
  readonly data?: readonly { readonly claimName: string; readonly mountPath: string }[] | null | undefined;
  readonly secrets?: readonly { readonly secretName: string; readonly mountPath: string }[] | null | undefined;
}

/** Where something appears already, beside what is given. */
export interface MountedPlaces {
  readonly kind: WorkspaceKindObject | undefined;
  readonly hasHome: boolean;
  /** Of what stays as it is. */
  readonly paths: readonly string[];
}

/** The controller would silently leave out what is to appear where something else already does. */
export function mountPathCauses(volumes: MountedVolumes, { kind, hasHome, paths }: MountedPlaces): StatusCause[] {
  const { volumeMounts, extraVolumeMounts = [] } = (kind && kindSpecOf(unredacted(kind)).podTemplate) ?? {};
  const taken = new Map<string, string>();
  if (hasHome && volumeMounts?.home) taken.set(plain(volumeMounts.home), 'the home volume');
  for (const { mountPath } of extraVolumeMounts) if (mountPath) taken.set(plain(mountPath), 'a volume of the kind');
  for (const path of paths) taken.set(plain(path), 'another volume');
  return pathsOf(volumes).flatMap(({ field, mountPath }) => {
    const by = taken.get(plain(mountPath));
    taken.set(plain(mountPath), by ?? field);
    return by ? [duplicateValue(field, `${JSON.stringify(mountPath)} is where ${by} appears already`)] : [];
  });
}

function pathsOf({ data, secrets }: MountedVolumes) {
  return [
    ...(data ?? []).map(({ mountPath }, i) => ({ field: `input.volumes.data[${i}].mountPath`, mountPath })),
    ...(secrets ?? []).map(({ mountPath }, i) => ({ field: `input.volumes.secrets[${i}].mountPath`, mountPath })),
  ];
}

/** `/data/` and `/data` are one place. */
function plain(path: string): string {
  return path.replaceAll(/\/+/gu, '/').replace(/(?<=.)\/$/u, '');
}

/** What a workspace mounts already: it may go on doing so. */
export interface Mounting {
  readonly claims: ReadonlySet<string | undefined>;
  readonly secrets: ReadonlySet<string | undefined>;
}

/**
 * What is to be mounted but does not exist, or is not labelled as what workspaces may mount. Of what the viewer may not get
 * nothing is said, so that nobody learns of it here.
 */
export async function mountedCauses(
  context: Context,
  namespace: string,
  { home, data, secrets }: MountedVolumes,
  already: Mounting = { claims: new Set(), secrets: new Set() },
): Promise<StatusCause[]> {
  const claims = [
    ...(home ? [{ field: 'input.volumes.home', name: home }] : []),
    ...(data ?? []).map(({ claimName }, i) => ({ field: `input.volumes.data[${i}].claimName`, name: claimName })),
  ].filter(({ name }) => !already.claims.has(name));
  const named = (secrets ?? [])
    .map(({ secretName }, i) => ({ field: `input.volumes.secrets[${i}].secretName`, name: secretName }))
    .filter(({ name }) => !already.secrets.has(name));
  const causes = await Promise.all([
    ...claims.map((mount) => mountCause(context, PersistentVolumeClaim, { ...mount, namespace })),
    ...named.map((mount) => mountCause(context, Secret, { ...mount, namespace })),
  ]);
  return causes.filter((cause) => cause !== undefined);
}

interface Mount {
  readonly field: string;
  readonly namespace: string;
  readonly name: string;
}

async function mountCause(
  { client }: Context,
  resource: Resource,
  { field, namespace, name }: Mount,
): Promise<StatusCause | undefined> {
  const mayGet = await client.can('get', resource, { namespace, name });
  if (!mayGet || name === '') return undefined;
  const which = `${resource.kind} ${JSON.stringify(name)}`;
  try {
    if (canMount(await client.reader.getUncached(resource, { namespace, name }))) return undefined;
    return forbiddenValue(field, `${which} is not labeled with ${CAN_MOUNT_LABEL}=true`);
  } catch (error) {
    if (isKindUnavailable(error) || isForbidden(error)) return undefined;
    if (!isNotFound(error)) throw error;
    return invalidValue(field, `${which} not found in namespace ${JSON.stringify(namespace)}`);
  }
}
