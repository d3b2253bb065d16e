import type { Client } from '../kubernetes/client.ts';
import { boolean, object, string } from '../kubernetes/decoder.ts';
import { invalidResponse, isUnauthorized, StatusError } from '../kubernetes/status-error.ts';
import type { ResourceAttributes } from './resource-attributes.ts';
import type { AccessReview, Viewer } from './viewer.ts';

const AUTHORIZATION = ['apis', 'authorization.k8s.io', 'v1'];

const accessReview = object({ status: object({ allowed: boolean, reason: string }) });

/** Reviews the owner of the client's credentials, with a SelfSubjectAccessReview. */
export function selfAccessReview(client: Client): Viewer['reviewAccess'] {
  return (attributes, signal) =>
    review(client, 'SelfSubjectAccessReview', { resourceAttributes: rawAttributesOf(attributes) }, signal);
}

/** Reviews the gateway itself, with a SelfSubjectAccessReview. */
export function gatewayAccessReview(client: Client): Viewer['reviewAccess'] {
  return withGatewayCredentials(client, selfAccessReview(client));
}

/** Reviews another user, with a SubjectAccessReview that the gateway creates. */
export function subjectAccessReview(client: Client, user: string, groups: readonly string[]): Viewer['reviewAccess'] {
  return withGatewayCredentials(client, (attributes, signal) =>
    review(client, 'SubjectAccessReview', { user, groups, resourceAttributes: rawAttributesOf(attributes) }, signal),
  );
}

function rawAttributesOf({ namespace, name, ...attributes }: ResourceAttributes): object {
  return { ...attributes, namespace: namespace ?? '', name: name ?? '' };
}

async function review(client: Client, kind: string, spec: object, signal: AbortSignal): Promise<AccessReview> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
  const answer = await client.request('POST', [...AUTHORIZATION, `${kind.toLowerCase()}s`], { signal, body });
  const { allowed, reason = '' } = accessReview.decode(answer)?.status ?? {};
  if (allowed === undefined) throw invalidResponse(`Expected a ${kind} with status.allowed from the API server.`);
  return { allowed, reason };
}

/** Turns Unauthorized into ServiceUnavailable: the gateway's credentials are invalid, not the viewer's. */
function withGatewayCredentials(client: Client, reviewAccess: Viewer['reviewAccess']): Viewer['reviewAccess'] {
  return async (attributes, signal) => {
    try {
      return await reviewAccess(attributes, signal);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      client.refreshCredentials();
      throw new StatusError({
        code: 503,
        reason: 'ServiceUnavailable',
        message: 'the API server does not accept the credentials of the gateway',
      });
    }
  };
}
