/**
 * Returns the `exp` claim of a JSON Web Token in milliseconds since the epoch, without a check of the signature. Undefined if the
 * token has no such claim, or if it is not a JSON Web Token (RFC 7519).
 */
export function expiryOfToken(token: string): number | undefined {
  const [, claims, signature] = token.split('.', 3);
  if (claims === undefined || signature === undefined) return undefined;
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined; // the token is opaque
  }
}
