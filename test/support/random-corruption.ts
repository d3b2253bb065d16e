import type { Manifest } from '../../dev/simulator/api-object.ts';

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
  const random = randomFrom(seed);
  const pick = <T>(choices: readonly T[]): T | undefined => choices[Math.floor(random() * choices.length)];
  let corrupted = manifest;
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    const path = pick(pathsIn(corrupted).filter(([part = '']) => MUTILATED_PARTS.has(part)));
    const instead = random() < 0.2 ? DELETED : pick(replacements);
    if (path) corrupted = replaced(corrupted, path, instead) as Manifest;
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

/** Mulberry32, a deterministic generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
