import type { KubernetesObject } from '../kubernetes/object.ts';
import { parseLabelSelector } from '../kubernetes/label-selector.ts';
import { failure } from './errors.ts';

/**
 * Returns the predicate of a filter's label selector. Undefined without a selector.
 * @throws {GraphQLError} BAD_REQUEST if the selector is malformed
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
