import { getNamedType, isCompositeType, isInterfaceType, isObjectType, type GraphQLNamedType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';
import { leaksOf } from './leak-scenario.ts';

const SEEDS = 3;
const PATIENCE_MS = 120_000;

/** `LEAK_SEEDS` is how many, or from-to. */
function seeds(): readonly number[] {
  const [from, to] = (process.env['LEAK_SEEDS'] ?? String(SEEDS)).split('-').map(Number);
  const [first, last] = to === undefined ? [1, from ?? SEEDS] : [from ?? 1, to];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Every field that an operation can select, as `Type.field`, without what the gateway says of itself. */
function reachable(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (type: GraphQLNamedType): void => {
    if (isInterfaceType(type)) return schema.getPossibleTypes(type).forEach(visit);
    if (!isObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      if (found.has(`${type.name}.${field.name}`) || field.name === 'gateway') continue;
      found.add(`${type.name}.${field.name}`);
      const inner = getNamedType(field.type);
      if (isCompositeType(inner)) visit(inner);
    }
  };
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const root of roots) if (root) visit(root);
  return new Set([...found].filter((coordinate) => !/^(?:Query|Mutation|Subscription)\./u.test(coordinate)));
}

it.each(seeds())(
  'tells nobody of what they may not see, whatever they ask, with seed %i',
  async (seed) => {
    const { mistakes, asked, seen, refused } = await leaksOf(seed);
    const replay = `LEAK_SEEDS=${seed}-${seed} npx vitest run test/access/leaks`;
    expect(mistakes.length, `${mistakes.join('\n\n')}\n\nAgain: ${replay}\n`).toBe(0);
    expect([...reachable()].filter((coordinate) => !asked.has(coordinate))).toEqual([]);
    expect(seen).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(50);
  },
  PATIENCE_MS,
);
