import type { IncomingRequest } from '../request.ts';
import { accessDenied } from './access-denied.ts';
import type { ResourceAccess } from './access-request.ts';
import type { Authorizer } from './authorizer.ts';
import {
  ANONYMOUS,
  AUTHENTICATED,
  serviceAccountGroups,
  serviceAccountIn,
  UNAUTHENTICATED,
  type User,
} from './user.ts';

/** What the Impersonate headers of a request ask for; without a user there is nobody to be. */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
  /** Key and value, as often as there are values. */
  readonly extra: readonly (readonly [key: string, value: string])[];
}

const EXTRA = 'impersonate-extra-';

/** undefined where the request is its sender's own. */
export function impersonationIn({
  headersDistinct,
}: Pick<IncomingRequest, 'headersDistinct'>): Impersonation | undefined {
  const valuesOf = (header: string) => (headersDistinct[header] ?? []).map(asUtf8);
  const extra = Object.keys(headersDistinct)
    .filter((header) => header.startsWith(EXTRA))
    .flatMap((header) => valuesOf(header).map((value) => [keyIn(header), value] as const));
  const [user = ''] = valuesOf('impersonate-user');
  const [uid = ''] = valuesOf('impersonate-uid');
  const groups = valuesOf('impersonate-group');
  return user === '' && uid === '' && groups.length + extra.length === 0 ? undefined : { user, groups, uid, extra };
}

function keyIn(header: string): string {
  const key = header.slice(EXTRA.length);
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // As the real server: what is not escaped well stands for itself.
  }
}

/** Node reads headers byte by byte; names in them are UTF-8. */
function asUtf8(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}

/** The answer to headers that name no user, as the real server words it. */
export function userMissing({ groups, uid, extra }: Impersonation, url: string): string {
  const api = 'authentication.k8s.io/v1';
  const asked = [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...extra.map(([key, value]) => `{UserExtra  ${value}  ${api}  ${key}}`),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${api}  }`]),
  ];
  const message = `requested [${asked.join(' ')}] without impersonating a user`;
  return `Internal Server Error: ${JSON.stringify(url)}: ${message}\n`;
}

/**
 * Who the request is to be treated as.
 * @throws {StatusError} 403 when its sender may not be all of that
 */
export function impersonate(authorizer: Authorizer, sender: User, asked: Impersonation): User {
  for (const access of accessesTo(asked)) {
    const { allowed, reason } = authorizer.authorize(sender, access);
    if (!allowed) throw accessDenied(sender, access, reason);
  }
  const { user: name, uid, extra } = asked;
  const values = extra.map(([key]) => [key, extra.filter(([other]) => other === key).map(([, value]) => value)]);
  return { name, uid, groups: groupsFor(asked), ...(extra.length > 0 && { extra: Object.fromEntries(values) }) };
}

function accessesTo({ user, groups, uid, extra }: Impersonation): readonly ResourceAccess[] {
  const core = { type: 'resource', verb: 'impersonate', group: '', subresource: '', namespace: '' } as const;
  const other = { ...core, group: 'authentication.k8s.io' };
  const account = serviceAccountIn(user);
  return [
    account ? { ...core, resource: 'serviceaccounts', ...account } : { ...core, resource: 'users', name: user },
    ...groups.map((name) => ({ ...core, resource: 'groups', name })),
    ...extra.map(([subresource, name]) => ({ ...other, resource: 'userextras', subresource, name })),
    ...(uid === '' ? [] : [{ ...other, resource: 'uids', name: uid }]),
  ];
}

/** Those asked for, or else those that follow from the name; and whether it is somebody at all. */
function groupsFor({ user, groups }: Impersonation): readonly string[] {
  const account = serviceAccountIn(user);
  const own = groups.length === 0 && account ? serviceAccountGroups(account.namespace) : groups;
  if (user === ANONYMOUS) return own.includes(UNAUTHENTICATED) ? own : [...own, UNAUTHENTICATED];
  return own.includes(AUTHENTICATED) || own.includes(UNAUTHENTICATED) ? own : [...own, AUTHENTICATED];
}
