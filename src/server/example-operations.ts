import { setImmediate } from 'node:timers/promises';
import { isRecord } from '../graphql/json-values.ts';
import type { GraphiQLTab } from './graphiql-examples.ts';
import type { Pipeline } from './pipeline.ts';

/** Numbers of example operations. */
export interface PrecompiledExamples {
  readonly valid: number;
  readonly compiled: number;
}

/**
 * Parses, validates and compiles the example operations, which the dashboard and clients send, so that their first requests do not wait for
 * it: one per iteration of the event loop, because the first lists of the cluster arrive meanwhile. Resolves when all are prepared, or it
 * is stopped.
 */
export async function precompileExamples(
  pipeline: Pick<Pipeline, 'precompile'>,
  tabs: readonly GraphiQLTab[],
  isStopped: () => boolean,
): Promise<PrecompiledExamples> {
  let [valid, compiled] = [0, 0];
  for (const { query, variables } of tabs) {
    await setImmediate();
    if (isStopped()) break;
    const result = pipeline.precompile(query, { variables: variables === undefined ? undefined : objectIn(variables) });
    if (result !== 'refused') valid += 1;
    if (result === 'compiled') compiled += 1;
  }
  return { valid, compiled };
}

function objectIn(json: string): Record<string, unknown> | undefined {
  const value: unknown = JSON.parse(json);
  return isRecord(value) ? value : undefined;
}
