import type { IncomingRequest } from '../request.ts';
import type { ServerVersion } from '../server-version.ts';
import type { ApiStatusError } from '../status.ts';
import type { RbacAuthorizer } from './rbac-authorizer.ts';
import {
  ANONYMOUS,
  AUTHENTICATED,
  MASTERS,
  serviceAccountGroups,
  serviceAccountIn,
  UNAUTHENTICATED,
  type User,
} from './user.ts';
import type { AuthorizationAttributes, ResourceRequestAttributes } from './policy-rules.ts';
import { forbiddenRequestError } from './request-attributes.ts';

/** Content of the Impersonate headers of a request. The request is invalid if `user` is empty. */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
  /** One entry per value: a key with two values has two entries. */
  readonly extra: readonly (readonly [key: string, value: string])[];
}

const EXTRA = 'impersonate-extra-';

/** Returns undefined if the request has no Impersonate header. */
export function impersonationIn({
  headersDistinct,
}: Pick<IncomingRequest, 'headersDistinct'>): Impersonation | undefined {
  const read = (header: string) => (headersDistinct[header] ?? []).map(asUtf8);
  const extra = Object.keys(headersDistinct)
    .filter((header) => header.startsWith(EXTRA))
    .flatMap((header) => read(header).map((value) => [keyIn(header), value] as const));
  const [user = ''] = read('impersonate-user');
  const [uid = ''] = read('impersonate-uid');
  const groups = read('impersonate-group');
  return user === '' && uid === '' && groups.length + extra.length === 0 ? undefined : { user, groups, uid, extra };
}

function keyIn(header: string): string {
  const key = header.slice(EXTRA.length);
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // Like kube-apiserver: a malformed escape is taken literally.
  }
}

/** Node decodes headers as latin1; user names in them are UTF-8. */
function asUtf8(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}

/** Returns the message for headers without a user, with the requested user in Go's format. */
export function userMissing({ groups, uid, extra }: Impersonation): string {
  const keys = [...new Set(extra.map(([key]) => key))].toSorted();
  const extras = keys.map((key) => `${JSON.stringify(key)}:${goTexts(valuesOf(extra, key))}`);
  const wanted =
    `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid)}, Groups:${groups.length === 0 ? '[]string(nil)' : goTexts(groups)}, ` +
    `Extra:map[string][]string${extras.length === 0 ? '(nil)' : `{${extras.join(', ')}}`}}`;
  return `requested ${wanted} without impersonating a user name`;
}

function goTexts(texts: readonly string[]): string {
  return `[]string{${texts.map((text) => JSON.stringify(text)).join(', ')}}`;
}

/** Returns the same message of a server without constrained impersonation. */
export function userMissingLegacy({ groups, uid, extra }: Impersonation, url: string): string {
  const api = 'authentication.k8s.io/v1';
  const asked = [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...extra.map(([key, value]) => `{UserExtra  ${value}  ${api}  ${key}}`),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${api}  }`]),
  ];
  const message = `requested [${asked.join(' ')}] without impersonating a user`;
  return `Internal Server Error: ${JSON.stringify(url)}: ${message}\n`;
}

interface ImpersonationOptions {
  readonly authorizer: RbacAuthorizer;
  readonly server: ServerVersion;
  readonly sender: User;
  /** Attributes of the request, for which the impersonated user is authorized afterwards. */
  readonly access: AuthorizationAttributes;
}

/**
 * Returns the user that the request is treated as. A server with constrained impersonation allows it in a constrained
 * mode or by the verb `impersonate`; if both are denied, it reports the first denial.
 * @throws {ApiStatusError} 403 if the sender may not impersonate the user with all groups, uid and extra
 */
export function impersonate(asked: Impersonation, { authorizer, server, sender, access }: ImpersonationOptions): User {
  const constrained = server.constrainedImpersonation ? constrainedAccesses(asked, access) : undefined;
  const ways = constrained ? [constrained, legacyAccesses(asked)] : [legacyAccesses(asked)];
  const denials = ways.map((accesses) => firstDenial(authorizer, sender, accesses));
  const [denial] = denials;
  if (denial && !denials.includes(undefined)) throw denial;
  const { user: name, uid, extra } = asked;
  const values = extra.map(([key]) => [key, valuesOf(extra, key)]);
  return { name, uid, groups: groupsFor(asked), ...(extra.length > 0 && { extra: Object.fromEntries(values) }) };
}

function firstDenial(
  authorizer: RbacAuthorizer,
  sender: User,
  accesses: readonly AuthorizationAttributes[],
): ApiStatusError | undefined {
  for (const access of accesses) {
    const { allowed, reason } = authorizer.authorize(sender, access);
    if (!allowed) return forbiddenRequestError(sender, access, reason);
  }
  return undefined;
}

const AUTHENTICATION_GROUP = 'authentication.k8s.io';

function legacyAccesses(asked: Impersonation): readonly ResourceRequestAttributes[] {
  const account = serviceAccountIn(asked.user);
  const core = { type: 'resource', verb: 'impersonate', group: '', subresource: '', namespace: '' } as const;
  return [
    account ? { ...core, resource: 'serviceaccounts', ...account } : { ...core, resource: 'users', name: asked.user },
    ...asked.groups.map((name) => ({ ...core, resource: 'groups', name })),
    ...extraAccesses(asked, 'impersonate'),
  ];
}

/** Returns the attributes that the mode for this user requires; undefined if no constrained mode covers the user. */
function constrainedAccesses(
  asked: Impersonation,
  access: AuthorizationAttributes,
): readonly AuthorizationAttributes[] | undefined {
  const mode = modeFor(asked);
  if (!mode || asked.groups.some((group) => group === '' || group === MASTERS)) return undefined;
  const verb = `impersonate:${mode}`;
  const base = { type: 'resource', verb, group: AUTHENTICATION_GROUP, subresource: '', namespace: '' } as const;
  const account = serviceAccountIn(asked.user);
  return [
    { ...access, verb: `impersonate-on:${mode}:${access.verb}` },
    account ? { ...base, resource: 'serviceaccounts', ...account } : { ...base, resource: 'users', name: asked.user },
    ...asked.groups.map((name) => ({ ...base, resource: 'groups', name })),
    ...extraAccesses(asked, verb),
  ];
}

/** Service accounts and nodes have modes of their own, with fixed groups. The modes of nodes are not simulated. */
function modeFor({ user, groups, uid, extra }: Impersonation): 'serviceaccount' | 'user-info' | undefined {
  if (user.startsWith('system:node:')) return undefined;
  if (!serviceAccountIn(user)) return 'user-info';
  return groups.length === 0 && uid === '' && extra.length === 0 ? 'serviceaccount' : undefined;
}

function extraAccesses({ uid, extra }: Impersonation, verb: string): readonly ResourceRequestAttributes[] {
  const base = { type: 'resource', verb, group: AUTHENTICATION_GROUP, subresource: '', namespace: '' } as const;
  return [
    ...extra.map(([subresource, name]) => ({ ...base, resource: 'userextras', subresource, name })),
    ...(uid === '' ? [] : [{ ...base, resource: 'uids', name: uid }]),
  ];
}

function valuesOf(extra: Impersonation['extra'], key: string): readonly string[] {
  return extra.filter(([other]) => other === key).map(([, value]) => value);
}

/** Returns the requested groups, or else those implied by the name, and `system:authenticated` or its opposite. */
function groupsFor({ user, groups }: Impersonation): readonly string[] {
  const account = serviceAccountIn(user);
  const own = groups.length === 0 && account ? serviceAccountGroups(account.namespace) : groups;
  if (user === ANONYMOUS) return own.includes(UNAUTHENTICATED) ? own : [...own, UNAUTHENTICATED];
  return own.includes(AUTHENTICATED) || own.includes(UNAUTHENTICATED) ? own : [...own, AUTHENTICATED];
}
