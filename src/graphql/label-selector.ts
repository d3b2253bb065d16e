import type { KubernetesObject } from '../kubernetes/object.ts';
import { parseLabelSelector } from '../kubernetes/label-selector.ts';
import { failure } from './errors.ts';

/**
 * A filter's label selector as a function of an object. Undefined where none is given.
 * @throws {GraphQLError} BAD_REQUEST for a malformed one
 */
export function labelSelector(text: string | null | undefined): ((object: KubernetesObject) => boolean) | undefined {
  if (typeof text !== 'string') return undefined;
  const matches = parsed(text);
  return ({ metadata }) => matches(metadata.labels);
}

function parsed(text: string): ReturnType<typeof parseLabelSelector> {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw error instanceof SyntaxError ? failure('BAD_REQUEST', error.message) : error;
  }
}
