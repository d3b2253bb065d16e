import { getNamedType, isCompositeType, isInterfaceType, isObjectType, type GraphQLNamedType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../../src/schema.ts';
import { leaksOf } from '../../support/access/leak-scenario.ts';
import { NOT_ASKED } from '../../support/access/requests.ts';
import { seedsOf } from '../../support/seeds.ts';

const SEEDS = 4;
const PATIENCE_MS = 300_000;

const seeds = seedsOf(process.env['LEAK_SEEDS'] ?? String(SEEDS));

/** Returns every field that an operation can select, as `Type.field`, except those that are not asked for. */
function reachable(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (type: GraphQLNamedType): void => {
    if (isInterfaceType(type)) return schema.getPossibleTypes(type).forEach(visit);
    if (!isObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      if (found.has(`${type.name}.${field.name}`) || NOT_ASKED.has(field.name)) continue;
      found.add(`${type.name}.${field.name}`);
      const inner = getNamedType(field.type);
      if (isCompositeType(inner)) visit(inner);
    }
  };
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const root of roots) if (root) visit(root);
  return new Set([...found].filter((coordinate) => !/^(?:Query|Mutation|Subscription)\./u.test(coordinate)));
}

const askedFor = new Set<string>();
const times = { seen: 0, refused: 0 };

it.each(seeds)(
  'returns no hidden object in any response when users send random requests, with seed %i',
  async (seed) => {
    const { mistakes, asked, seen, refused } = await leaksOf(seed);
    const replay = `LEAK_SEEDS=${seed}-${seed} npx vitest run test/property/access/leaks`;
    expect(mistakes.length, `${mistakes.join('\n\n')}\n\nAgain: ${replay}\n`).toBe(0);
    for (const coordinate of asked) askedFor.add(coordinate);
    times.seen += seen;
    times.refused += refused;
  },
  PATIENCE_MS,
);

it.skipIf(seeds.length < SEEDS)(
  'selects every field of the schema, with enough permitted and forbidden responses',
  () => {
    expect([...reachable()].filter((coordinate) => !askedFor.has(coordinate))).toEqual([]);
    expect(times.seen).toBeGreaterThan(50);
    expect(times.refused).toBeGreaterThan(200);
  },
);
