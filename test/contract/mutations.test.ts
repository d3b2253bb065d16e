import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusters } from './clusters.ts';
import { documentOf, type MutationCase } from './mutations/case.ts';
import { kindCases } from './mutations/kind-cases.ts';
import { manifestCases } from './mutations/manifest-cases.ts';
import { outcomeOf, Stage, type Outcome } from './mutations/stage.ts';
import { workspaceCases } from './mutations/workspace-cases.ts';

const cases = [...workspaceCases, ...manifestCases, ...kindCases];
const differing = cases.filter(({ differs }) => differs !== undefined);
const [simulated, real] = clusters;

describe('the mutations', () => {
  let simulator: Stage;
  beforeAll(async () => void (simulator = await stageOn(simulated)));
  afterAll(() => simulator[Symbol.asyncDispose]());

  it('are more than a hundred, each with a title of its own', () => {
    expect(cases.length).toBeGreaterThan(100);
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });

  it.each(cases)('before a simulator: $title', async (mutation) => {
    expect((await play(simulator, mutation)).code).toBe(mutation.code);
  });

  if (real?.missing) console.warn(`The mutations are not compared with a kube-apiserver: ${real.missing}.`);
  describe.skipIf(real?.missing)('before a kube-apiserver', () => {
    let kubernetes: Stage;
    beforeAll(async () => void (kubernetes = await stageOn(real)));
    afterAll(() => kubernetes[Symbol.asyncDispose]());

    it.each(cases.filter(({ differs }) => differs === undefined))('are answered alike: $title', async (mutation) => {
      expect(await play(kubernetes, mutation)).toEqual(await play(simulator, mutation));
    });

    it.each(differing)('are answered otherwise, because $differs: $title', async (mutation) => {
      expect(await play(kubernetes, mutation)).not.toEqual(await play(simulator, mutation));
    });
  });
});

async function stageOn(cluster: (typeof clusters)[number] | undefined): Promise<Stage> {
  if (!cluster) throw new TypeError('Expected a simulator and a kube-apiserver among the clusters.');
  return Stage.on(await cluster.start());
}

async function play(stage: Stage, mutation: MutationCase): Promise<Outcome> {
  const scene = await stage.scene();
  await mutation.before?.(scene);
  return outcomeOf(await scene.gateway.query(documentOf(mutation), { input: mutation.input(scene) }), scene);
}
