import { keyOf, type KubernetesObject, type ObjectName } from '../../kubernetes/object.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import { StatusError } from '../../kubernetes/status-error.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { hasEnded, MountingPod } from '../pod/resource.ts';
import { Workspace } from '../workspace/resource.ts';

/** Names in one warning; further ones are counted. */
const MAX_NAMES = 5;

/** Returns warnings about the pods and workspaces that mount a claim that is deleted, as far as the viewer may list them. */
export async function mountWarnings(client: ViewerClient, claim: ObjectName): Promise<string[]> {
  const [pods, workspaces] = await Promise.all([
    mounting(client, MountingPod, claim),
    mounting(client, Workspace, claim),
  ]);
  const running = pods.filter((pod) => !hasEnded(pod));
  const what = `PersistentVolumeClaim ${keyOf(claim)}`;
  return [
    ...(running.length > 0
      ? [`${what} is mounted by ${listed('pod', running)}. Kubernetes keeps it until no pod uses it.`]
      : []),
    ...(workspaces.length > 0
      ? [`${what} is mounted by ${listed('workspace', workspaces)}, which cannot start without it.`]
      : []),
  ];
}

async function mounting<T extends KubernetesObject>(
  client: ViewerClient,
  resource: Resource<T>,
  claim: ObjectName,
): Promise<readonly T[]> {
  try {
    const lister = await client.reader.lister(resource, claim.namespace);
    return lister.byIndex('claim', keyOf(claim));
  } catch (error) {
    if (error instanceof StatusError) return []; // the claim is deleted, so a warning that cannot be given is no error
    throw error;
  }
}

function listed(what: string, objects: readonly KubernetesObject[]): string {
  const names = objects.map(({ metadata: { name } }) => name).sort();
  const others = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `${what}${names.length === 1 ? '' : 's'} ${names.slice(0, MAX_NAMES).join(', ')}${others}`;
}
