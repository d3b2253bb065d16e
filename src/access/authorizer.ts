import type { Client } from '../kubernetes/client.ts';

/** One question to the cluster's authorizer: may this be done? */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** A part of the resource with rights of its own, e.g. `status` or `log`. Absent: the resource itself. */
  readonly subresource?: string | undefined;
  /** Null for the whole cluster: every namespace, or a resource without namespaces. */
  readonly namespace: string | null;
  /** Null for any name. */
  readonly name: string | null;
}

/** The key under which equal questions are one. */
export function questionKeyOf(question: AccessQuestion): string {
  const { verb, group, resource, subresource = '', namespace, name } = question;
  return JSON.stringify([verb, group, resource, subresource, namespace, name]);
}

interface RawReview {
  readonly status?: { readonly allowed?: boolean };
}

/** Asks the API server what our own identity may do. It does not tell who else may. */
export class Authorizer {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** @throws {StatusError} when no answer could be had: that is neither yes nor no */
  async allows(question: AccessQuestion, signal: AbortSignal): Promise<boolean> {
    const { namespace, name } = question;
    const resourceAttributes = { ...question, namespace: namespace ?? '', name: name ?? '' };
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    };
    const answer = await this.#client.document('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      signal,
      body,
    });
    return (answer as RawReview).status?.allowed === true;
  }
}
