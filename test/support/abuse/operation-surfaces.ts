import { DocumentWriter } from './document-writer.ts';
import { mutatedDocument } from './document-mutations.ts';
import { corruptedJson, hostileJson, jsonOf } from './hostile-values.ts';
import { identityHeaders, requestInput } from './http-input.ts';
import type { InputSources, Surface } from './abusive-input.ts';
import { MODES } from './target.ts';

const ACCEPTS = ['application/json', 'application/json', 'application/graphql-response+json', 'text/event-stream'];

export interface HostileOperation {
  readonly query: string;
  readonly variables: unknown;
}

/** Returns an operation of the schema's grammar: as it is, with hostile values, or with a mutation of its text. */
export function hostileDocument(sources: InputSources): HostileOperation {
  const { random } = sources;
  if (random.below(8) === 0) {
    const { query, variables } = random.pick(sources.operations);
    return { query: mutatedDocument(query, sources), variables: withoutWaiting(variables) };
  }
  const type = random.pick(['query', 'query', 'query', 'query', 'mutation', 'subscription'] as const);
  const { query, variables } = new DocumentWriter({ ...sources, oneHostileIn: random.pick([4, 20, 100]) }).write(type);
  return { query: random.below(5) < 3 ? mutatedDocument(query, sources) : query, variables };
}

/** Returns a valid operation with variables of wrong types and sizes. */
export function hostileVariables(sources: InputSources): HostileOperation {
  const { random, samples } = sources;
  const withVariables = sources.operations.filter(({ variables }) => variables !== undefined);
  const { query, variables } = random.pick(withVariables);
  if (random.below(12) === 0) return { query, variables: hostileJson(random, samples) };
  return { query, variables: withoutWaiting(corruptedJson(withoutWaiting(variables), random, samples)) };
}

/** Removes `waitFor`: a fuzzed mutation must be answered at once. */
function withoutWaiting(variables: unknown): unknown {
  if (Array.isArray(variables)) return variables.map(withoutWaiting);
  if (typeof variables !== 'object' || variables === null || Object.getPrototypeOf(variables) !== Object.prototype)
    return variables;
  const entries = Object.entries(variables).filter(([name]) => name !== 'waitFor');
  return Object.fromEntries(entries.map(([name, value]) => [name, withoutWaiting(value)]));
}

/** GraphQL documents, by POST with any of the accepted answers. */
export const documents: Surface = (sources) => operationInput(sources, hostileDocument(sources));

/** Variables of the operations of `schema/operations`. */
export const variables: Surface = (sources) => operationInput(sources, hostileVariables(sources));

function operationInput({ random }: InputSources, operation: HostileOperation) {
  const mode = random.pick(MODES);
  const headers = [
    'Host: localhost',
    'Content-Type: application/json',
    `Accept: ${random.pick(ACCEPTS)}`,
    ...identityHeaders(mode, random),
  ];
  return requestInput({ mode, headers, body: jsonOf(operation) });
}
