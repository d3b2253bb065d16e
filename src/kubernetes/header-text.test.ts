import { describe, expect, it } from 'vitest';
import { decodeHeader, encodeHeader } from './header-text.ts';
import { impersonationHeaders } from './impersonation.ts';

describe('header text', () => {
  it.each(['erin', 'Zoë', 'Łukasz', '王芳', 'é\u0301', '😀', '\uFEFFbom', 'a\u00A0', ''])(
    'keeps %j when it is encoded and decoded',
    (text) => {
      const encoded = encodeHeader('impersonate-user', text);
      expect(Buffer.from(encoded, 'latin1')).toEqual(Buffer.from(text, 'utf8'));
      expect(decodeHeader(encoded)).toBe(text);
    },
  );

  it.each(['a\nb', 'a\r\nImpersonate-Group: system:masters', 'a\0', 'a\tb', '\u007F', '\u0085', ' a', 'a ', '\uD800'])(
    'refuses %j without quoting it',
    (text) => {
      expect(() => encodeHeader('impersonate-user', text)).toThrow(
        expect.objectContaining({
          code: 400,
          reason: 'BadRequest',
          message:
            'Expected a value for the request header impersonate-user without control characters and without spaces around it. The request was not sent.',
        }),
      );
    },
  );

  it.each(['Zo\u00EB', '\u00FF', '\u00C0\u0080', '\u00ED\u00A0\u0080'])(
    'decodes no text from bytes that are not UTF-8: %j',
    (bytes) => {
      expect(decodeHeader(bytes)).toBeUndefined();
    },
  );

  it('percent-encodes keys of extras as client-go does', () => {
    const extra = { scopes: ['a', 'b'], 'example.org/rôle%': ['c'], 'a b:c': [] };
    expect(impersonationHeaders({ name: 'erin', groups: [], uid: 'u-1', extra })).toEqual({
      'impersonate-user': 'erin',
      'impersonate-uid': 'u-1',
      'impersonate-extra-scopes': ['a', 'b'],
      'impersonate-extra-example.org%2Fr%C3%B4le%25': ['c'],
      'impersonate-extra-a%20b%3Ac': [],
    });
  });
});
