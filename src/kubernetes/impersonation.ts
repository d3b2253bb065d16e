/**
 * User that requests act as, with client-go's ImpersonationConfig as model. The API server requires that the sender may
 * `impersonate` the user, each group, the uid and each value of the extras.
 */
export interface ImpersonatedUser {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string | undefined;
  /** Values by key. The API server lower-cases keys. */
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Returns the headers that ask for the impersonation, as text. */
export function impersonationHeaders(user: ImpersonatedUser): Readonly<Record<string, string | readonly string[]>> {
  const { name, groups, uid, extra = {} } = user;
  const extras = Object.entries(extra).map(([key, values]) => [`impersonate-extra-${encodeHeaderKey(key)}`, values]);
  return {
    'impersonate-user': name,
    ...(groups.length > 0 && { 'impersonate-group': groups }),
    ...(uid && { 'impersonate-uid': uid }),
    ...Object.fromEntries(extras),
  };
}

/** Bytes that client-go leaves as they are in the key of an extra: those of a header name, without the percent sign. */
const KEY_BYTE = /^[-!#$&'*+.^_`|~\dA-Za-z]$/u;

function encodeHeaderKey(key: string): string {
  return Array.from(Buffer.from(key, 'utf8'), (byte) => {
    const character = String.fromCharCode(byte);
    return KEY_BYTE.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
