import { anyObject } from '../kubernetes/form.ts';

/** Returns what a JSON Merge Patch (RFC 7396) makes of an object. Members that are undefined are not sent, so they change nothing. */
export function mergedBy<T extends object>(patch: Readonly<Record<string, unknown>>, target: T): T {
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = anyObject.is(value) ? mergedBy(value, objectAt(merged, name)) : value;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as much a T as what the API server makes of it
  return merged as T;
}

function objectAt(parent: Readonly<Record<string, unknown>>, name: string): object {
  const member = parent[name];
  return anyObject.is(member) ? member : {};
}
