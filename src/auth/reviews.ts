import type { Client } from '../kubernetes/client.ts';
import { isUnauthorized, StatusError } from '../kubernetes/status-error.ts';
import type { AccessQuestion } from './question.ts';
import type { Viewer } from './viewer.ts';

const AUTHORIZATION = ['apis', 'authorization.k8s.io', 'v1'];

interface RawReview {
  readonly status?: { readonly allowed?: boolean };
}

/** Asks what the owner of a client's credentials may do. */
export function selfReview(client: Client): Viewer['review'] {
  return (question, signal) =>
    review(client, 'SelfSubjectAccessReview', { resourceAttributes: attributesOf(question) }, signal);
}

/** Asks, as ourselves, what we may do. */
export function ownReview(client: Client): Viewer['review'] {
  return asOurselves(client, selfReview(client));
}

/** Asks, as ourselves, what somebody else may do. */
export function subjectReview(client: Client, user: string, groups: readonly string[]): Viewer['review'] {
  return asOurselves(client, (question, signal) =>
    review(client, 'SubjectAccessReview', { user, groups, resourceAttributes: attributesOf(question) }, signal),
  );
}

function attributesOf({ namespace, name, ...question }: AccessQuestion): object {
  return { ...question, namespace: namespace ?? '', name: name ?? '' };
}

async function review(client: Client, kind: string, spec: object, signal: AbortSignal): Promise<boolean> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
  const answer = await client.document('POST', [...AUTHORIZATION, `${kind.toLowerCase()}s`], { signal, body });
  return (answer as RawReview).status?.allowed === true;
}

/** That our own credentials are no good says nothing of the viewer's. */
function asOurselves(client: Client, ask: Viewer['review']): Viewer['review'] {
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
