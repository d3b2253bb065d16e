import { describe, expect, it } from 'vitest';
import { expiryOfToken } from './json-web-token.ts';

describe('expiryOfToken', () => {
  it('returns the exp claim in milliseconds when the token has one, also after the name of the scheme', () => {
    const token = tokenOf({ exp: 1_700_000_000 });
    expect(expiryOfToken(token)).toBe(1_700_000_000_000);
    expect(expiryOfToken(`Bearer ${token}`)).toBe(1_700_000_000_000);
  });

  it.each(['', 'opaque', 'a.b', 'a.b.c', 'a..c', tokenOf(null), tokenOf({}), tokenOf({ exp: '1' }), 'Bearer opaque'])(
    'returns undefined when the token is %j',
    (token) => {
      expect(expiryOfToken(token)).toBeUndefined();
    },
  );
});

function tokenOf(claims: unknown): string {
  return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
}
