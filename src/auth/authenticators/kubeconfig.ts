import type { Client } from '../../kubernetes/client.ts';
import { listOf, object, string } from '../../kubernetes/decoder.ts';
import { StatusError } from '../../kubernetes/status-error.ts';
import type { Authenticator } from '../authenticator.ts';
import { gatewayAccessReview } from '../access-reviews.ts';
import type { Viewer } from '../viewer.ts';

const selfSubjectReview = object({
  status: object({ userInfo: object({ username: string, groups: listOf(string) }) }),
});

/** User of the gateway's credentials. */
export type GatewayIdentity = Pick<Viewer, 'name' | 'groups' | 'hasUnknownGroups'>;

/** Authenticates every request as the user of the gateway's kubeconfig. */
export function kubeconfigAuthenticator(client: Client, self: GatewayIdentity): Authenticator {
  const viewer: Viewer = {
    ...self,
    key: 'self',
    client,
    clientIdentity: 'viewer',
    reviewAccess: gatewayAccessReview(client),
    reauthenticate: () => Promise.resolve(),
  };
  return () => viewer;
}

/**
 * Returns the user that the API server authenticates the client as. If the server refuses to return it, returns the
 * user's name in the kubeconfig, without groups. Throws a `StatusError` if the server is unreachable.
 */
export async function whoAmI(client: Client, nameInKubeconfig: string, signal: AbortSignal): Promise<GatewayIdentity> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    const answer = await client.request('POST', ['apis', 'authentication.k8s.io', 'v1', 'selfsubjectreviews'], {
      signal,
      body: review,
    });
    const { username = nameInKubeconfig, groups = [] } = selfSubjectReview.decode(answer)?.status?.userInfo ?? {};
    return { name: username, groups };
  } catch (error) {
    const refused = error instanceof StatusError && (error.code === 404 || error.code === 403 || error.code === 405);
    if (refused) return { name: nameInKubeconfig, groups: [], hasUnknownGroups: true };
    throw error;
  }
}
