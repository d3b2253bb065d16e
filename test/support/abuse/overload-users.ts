/** A user with a token and without groups. */
export interface OverloadUser {
  readonly name: string;
  readonly token: string;
  readonly groups: readonly string[];
}

export const innocent: OverloadUser = { name: 'innocent@example.com', token: 'token-of-the-innocent', groups: [] };
export const INNOCENT_WORKSPACES = 200;
export const ABUSIVE_WORKSPACES = 1_000;
export const OTHER_NAMESPACES = 20;

/** Each kind of attack has a user of its own, so that no limit per viewer holds for two of them together. */
export function abusiveUser(attack: string): OverloadUser {
  return { name: `${attack}@example.com`, token: `token-of-${attack}`, groups: [] };
}
