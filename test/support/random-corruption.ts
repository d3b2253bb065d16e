import type { Manifest } from '../../dev/simulator/api-object.ts';
import { seededRandom } from './seeded-random.ts';

/** Replacement values. */
const replacements = [
  null,
  0,
  -1,
  1.5,
  1e20,
  '',
  'garbage',
  true,
  [],
  {},
  [null],
  [[]],
  ['x', 7],
  { a: null },
  { id: 3 },
];
const DELETED = Symbol('deleted');
const MUTILATED_PARTS = new Set(['spec', 'status']);

/** Returns the manifest with one to three random values of its spec or status removed or replaced. Deterministic per seed. */
export function corrupt(manifest: Manifest, seed: number): Manifest {
  const random = seededRandom(seed);
  let corrupted = manifest;
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    const paths = pathsIn(corrupted).filter(([part = '']) => MUTILATED_PARTS.has(part));
    if (paths.length === 0) break;
    const instead = random.below(5) === 0 ? DELETED : random.pick(replacements);
    corrupted = replaced(corrupted, random.pick(paths), instead) as Manifest;
  }
  return corrupted;
}

/** Returns the paths of all nested values, inner objects and lists included. */
function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[key], ...pathsIn(child).map((path) => [key, ...path])]);
}

function replaced(value: unknown, [key, ...rest]: readonly string[], instead: unknown): unknown {
  if (key === undefined) return instead;
  const entries = Object.entries(value as object).flatMap(([name, child]) => {
    const next = name === key ? replaced(child, rest, instead) : child;
    return next === DELETED ? [] : [[name, next] as const];
  });
  return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}
