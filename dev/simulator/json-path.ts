import { isJsonObject } from './json.ts';

type Step = (value: unknown) => readonly unknown[];

const SEGMENT =
  /\.?\[\?\(@\.([^=!\s]+)\s*(==|!=)\s*["']([^"']*)["']\)\]|\[(\d+|\*)\]|\[['"]((?:[^'"\\]|\\.)+)['"]\]|\.((?:[^.[\]\\]|\\.)+)/guy;

/**
 * Reads a path as printer columns use them: members, indexes, `[*]` and filters by equality.
 * The result finds the values in an object, none if the path leads nowhere.
 */
export function readJsonPath(path: string): (object: unknown) => readonly unknown[] {
  const steps = [...path.matchAll(SEGMENT)].map(([, field, operator, literal, index, quoted, member]): Step => {
    if (field !== undefined) return filtered(field, operator === '==', literal ?? '');
    if (index !== undefined) return indexed(index);
    return named((quoted ?? member ?? '').replaceAll(/\\(.)/gu, '$1'));
  });
  return (object) => steps.reduce((values: readonly unknown[], step) => values.flatMap(step), [object]);
}

function named(member: string): Step {
  return (value) => (isJsonObject(value) && Object.hasOwn(value, member) ? [value[member]] : []);
}

function indexed(index: string): Step {
  if (index === '*') return (value) => (Array.isArray(value) ? value : []);
  return (value) => (Array.isArray(value) ? value.slice(Number(index), Number(index) + 1) : []);
}

function filtered(field: string, equal: boolean, literal: string): Step {
  const find = readJsonPath(`.${field}`);
  return (value) =>
    Array.isArray(value) ? value.filter((item) => find(item).some((found) => String(found) === literal) === equal) : [];
}
