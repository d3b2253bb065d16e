import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusters } from './clusters.ts';
import { documentOf, type MutationCase } from './mutations/mutation-case.ts';
import { workspaceKindCases } from './mutations/workspace-kind-cases.ts';
import { manifestCases } from './mutations/manifest-cases.ts';
import { outcomeOf, MutationEnvironment, type Outcome } from './mutations/environment.ts';
import { workspaceCases } from './mutations/workspace-cases.ts';

const cases = [...workspaceCases, ...manifestCases, ...workspaceKindCases];
const differing = cases.filter(({ differs }) => differs !== undefined);
const [simulated, real] = clusters;

describe('the mutations', () => {
  let simulator: MutationEnvironment;
  beforeAll(async () => void (simulator = await environmentOn(simulated)));
  afterAll(() => simulator[Symbol.asyncDispose]());

  it('finds more than a hundred mutation cases with unique titles', () => {
    expect(cases.length).toBeGreaterThan(100);
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });

  it.each(cases)('returns the expected outcome before a simulator: $title', async (mutation) => {
    expect((await play(simulator, mutation)).code).toBe(mutation.code);
  });

  if (real?.missing) console.warn(`The mutations are not compared with a kube-apiserver: ${real.missing}.`);
  describe.skipIf(real?.missing)('before a kube-apiserver', () => {
    let kubernetes: MutationEnvironment;
    beforeAll(async () => void (kubernetes = await environmentOn(real)));
    afterAll(() => kubernetes[Symbol.asyncDispose]());

    it.each(cases.filter(({ differs }) => differs === undefined))(
      'returns the same outcome before a simulator and a kube-apiserver: $title',
      async (mutation) => {
        expect(await play(kubernetes, mutation)).toEqual(await play(simulator, mutation));
      },
    );

    it.each(differing)(
      'returns another outcome before a kube-apiserver, because $differs: $title',
      async (mutation) => {
        expect(await play(kubernetes, mutation)).not.toEqual(await play(simulator, mutation));
      },
    );
  });
});

async function environmentOn(cluster: (typeof clusters)[number] | undefined): Promise<MutationEnvironment> {
  if (!cluster) throw new TypeError('Expected a simulator and a kube-apiserver among the clusters.');
  return MutationEnvironment.start(await cluster.start());
}

async function play(environment: MutationEnvironment, mutation: MutationCase): Promise<Outcome> {
  const fixture = await environment.createFixture();
  await mutation.before?.(fixture);
  return outcomeOf(await fixture.gateway.query(documentOf(mutation), { input: mutation.input(fixture) }), fixture);
}
