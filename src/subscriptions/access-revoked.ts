import type { GraphQLError } from 'graphql';
import { failure } from '../graphql/errors.ts';

/** Returns the error of a subscription whose viewer sees nothing any more. */
export function accessRevoked(): GraphQLError {
  return failure(
    'FORBIDDEN',
    'Permission to list and watch these objects has been revoked. Subscribe again once it is granted.',
    { status: 403, reason: 'Forbidden' },
  );
}
