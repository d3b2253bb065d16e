import type { JsonObject } from '../json.ts';

/** User of a request, as in `user.Info` of kube-apiserver. */
export interface User {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

export const ANONYMOUS = 'system:anonymous';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
/** Members are allowed every action without RBAC. */
export const MASTERS = 'system:masters';

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/u;

interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** Returns the service account of a user name; undefined if it is not the name of a service account. */
export function serviceAccountIn(userName: string): ServiceAccountName | undefined {
  const [, namespace, name] = SERVICE_ACCOUNT.exec(userName) ?? [];
  return namespace !== undefined && name !== undefined ? { namespace, name } : undefined;
}

/** Returns the user name of a service account. */
export function serviceAccountUser({ namespace, name }: ServiceAccountName): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** Returns the groups of the service accounts in a namespace. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** Returns the UserInfo of a review, without empty members. */
export function userInfoOf({ name, uid, groups, extra }: User): JsonObject {
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) };
}
