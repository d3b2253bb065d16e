import type { Client } from './client.ts';
import { apiVersionOf, type ResourceName } from './resource.ts';
import { StatusError } from './status-error.ts';

interface RawResourceList {
  readonly resources?: readonly { readonly name?: string }[];
}

interface RawVersion {
  readonly gitVersion?: string;
}

/**
 * Whether the cluster serves a resource now.
 * @throws {StatusError} when the cluster could not be asked
 */
export async function isServed(client: Client, resource: ResourceName, signal: AbortSignal): Promise<boolean> {
  const path = `${resource.group ? '/apis' : '/api'}/${apiVersionOf(resource)}`;
  try {
    const { resources = [] } = (await client.document('GET', path, { signal })) as RawResourceList;
    return resources.some(({ name }) => name === resource.plural);
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return false; // not even the group
    throw error;
  }
}

/** The API server's version, e.g. `v1.32.0`; undefined where it does not say. */
export async function kubernetesVersionOf(client: Client, signal: AbortSignal): Promise<string | undefined> {
  return ((await client.document('GET', '/version', { signal })) as RawVersion).gitVersion;
}
