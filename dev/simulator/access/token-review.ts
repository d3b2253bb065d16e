import { textAt, textsAt, type JsonObject } from '../json.ts';
import { badRequest } from '../status.ts';
import type { Tokens } from './tokens.ts';
import { userInfoOf } from './user.ts';

/** For whom our tokens are meant: they say nothing themselves. */
const AUDIENCES = ['https://kubernetes.default.svc'];

/** Whom a token stands for. @throws {StatusError} 400 without a token */
export function reviewToken(tokens: Tokens, { spec }: JsonObject): JsonObject {
  const token = textAt(spec, 'token') ?? '';
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const asked = textsAt(spec, 'audiences');
  const audiences = asked.length === 0 ? AUDIENCES : AUDIENCES.filter((audience) => asked.includes(audience));
  const user = tokens.userOf(token);
  if (!user || audiences.length === 0) return { user: {}, error: 'invalid bearer token' };
  return { authenticated: true, user: userInfoOf(user), audiences };
}
