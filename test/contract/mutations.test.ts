import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusters } from './clusters.ts';
import { documentOf, type MutationCase } from './mutations/case.ts';
import { kindCases } from './mutations/kind-cases.ts';
import { outcomeOf, Stage, type Outcome } from './mutations/stage.ts';
import { workspaceCases } from './mutations/workspace-cases.ts';

const cases = [...workspaceCases, ...kindCases];
const [simulated, real] = clusters;
if (real?.missing) console.warn(`The mutations are not compared with a kube-apiserver: ${real.missing}.`);

describe('the same mutations, before a simulator and before a kube-apiserver', () => {
  let before: { readonly simulator: Stage; readonly kubernetes: Stage | undefined; readonly minorVersion: number };
  beforeAll(async () => {
    if (!simulated) throw new TypeError('Expected a simulator among the clusters.');
    const cluster = real && !real.missing ? await real.start() : undefined;
    before = {
      simulator: await Stage.on(await simulated.start()),
      kubernetes: cluster && (await Stage.on(cluster)),
      minorVersion: cluster?.minorVersion ?? Infinity,
    };
  });
  afterAll(async () => {
    await before.simulator[Symbol.asyncDispose]();
    await before.kubernetes?.[Symbol.asyncDispose]();
  });

  it('are more than a hundred, each with a title of its own', () => {
    expect(cases.length).toBeGreaterThan(100);
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });

  it.each(cases)('$title', async (mutation) => {
    const simulator = await play(before.simulator, mutation);
    expect(simulator.code).toBe(mutation.code);
    if (!before.kubernetes) return;
    const kubernetes = await play(before.kubernetes, mutation);
    const { differs } = mutation;
    if (differs && before.minorVersion < differs.before) expect(kubernetes, differs.reason).not.toEqual(simulator);
    else expect(kubernetes).toEqual(simulator);
  });
});

async function play(stage: Stage, mutation: MutationCase): Promise<Outcome> {
  const scene = await stage.scene();
  await mutation.before?.(scene);
  return outcomeOf(await scene.gateway.query(documentOf(mutation), { input: mutation.input(scene) }), scene);
}
