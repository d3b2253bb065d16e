import type { ExecutionResult } from 'graphql';
import type { EventType } from './event-type.ts';

/**
 * What an operation selects of one object, as text: equal texts mean that nothing selected has changed. An event's frame
 * is made from it by filling in type and cursor, so that one execution serves ADDED and MODIFIED, and every reader.
 */
export interface Rendering {
  readonly text: string;
  frame(type: EventType, cursor: string): string;
}

/** Stands for the cursor, and for the type, while an event is executed. */
export const CURSOR_PLACE = '@cursor';
export const TYPE_PLACE = 'MODIFIED' as const satisfies EventType;

/** Renders the result of one event that was executed with {@link TYPE_PLACE} and {@link CURSOR_PLACE}. */
export function renderEvent(result: ExecutionResult): Rendering {
  const [entry] = Object.entries(result.data ?? {});
  const [field, payload] = entry ?? [];
  if (field === undefined || typeof payload !== 'object' || payload === null) return renderWhole(result);
  const parts = Object.entries(payload).map(([key, value]) => partOf(key, value));
  const errors = result.errors ? `,"errors":${JSON.stringify(result.errors)}` : '';
  const head = `{"data":{${JSON.stringify(field)}:{`;
  return {
    text: parts.filter((part) => typeof part === 'string').join() + errors,
    frame: (type, cursor) =>
      `${head}${parts.map((part) => (typeof part === 'string' ? part : part(type, cursor))).join()}}}${errors}}`,
  };
}

/** Renders a result that is the same for every type and cursor. */
export function renderWhole(result: ExecutionResult): Rendering {
  const text = JSON.stringify(result);
  return { text, frame: () => text };
}

type Part = string | ((type: EventType, cursor: string) => string);

function partOf(key: string, value: unknown): Part {
  const name = JSON.stringify(key);
  if (value === CURSOR_PLACE) return (_, cursor) => `${name}:"${cursor}"`;
  if (value === TYPE_PLACE) return (type) => `${name}:"${type}"`;
  return `${name}:${JSON.stringify(value)}`;
}
