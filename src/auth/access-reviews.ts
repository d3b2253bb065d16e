import type { Client } from '../kubernetes/client.ts';
import { isUnauthorized, StatusError } from '../kubernetes/status-error.ts';
import type { ResourceAttributes } from './resource-attributes.ts';
import type { Viewer } from './viewer.ts';

const AUTHORIZATION = ['apis', 'authorization.k8s.io', 'v1'];

interface RawReview {
  readonly status?: { readonly allowed?: boolean };
}

/** Asks what the owner of a client's credentials may do. */
export function selfAccessReview(client: Client): Viewer['reviewAccess'] {
  return (question, signal) =>
    review(client, 'SelfSubjectAccessReview', { resourceAttributes: attributesOf(question) }, signal);
}

/** Asks, as ourselves, what we may do. */
export function gatewayAccessReview(client: Client): Viewer['reviewAccess'] {
  return asOurselves(client, selfAccessReview(client));
}

/** Asks, as ourselves, what somebody else may do. */
export function subjectAccessReview(client: Client, user: string, groups: readonly string[]): Viewer['reviewAccess'] {
  return asOurselves(client, (question, signal) =>
    review(client, 'SubjectAccessReview', { user, groups, resourceAttributes: attributesOf(question) }, signal),
  );
}

function attributesOf({ namespace, name, ...question }: ResourceAttributes): object {
  return { ...question, namespace: namespace ?? '', name: name ?? '' };
}

async function review(client: Client, kind: string, spec: object, signal: AbortSignal): Promise<boolean> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
  const answer = await client.document('POST', [...AUTHORIZATION, `${kind.toLowerCase()}s`], { signal, body });
  return (answer as RawReview).status?.allowed === true;
}

/** That our own credentials are no good says nothing of the viewer's. */
function asOurselves(client: Client, ask: Viewer['reviewAccess']): Viewer['reviewAccess'] {
  return async (question, signal) => {
    try {
      return await ask(question, signal);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      client.refreshCredentials();
      throw new StatusError({
        code: 503,
        reason: 'ServiceUnavailable',
        message: 'the API server does not know the gateway',
      });
    }
  };
}
