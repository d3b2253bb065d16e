import { defineConfig } from 'vitest/config';

/** `.ci/run` adds up the results that each suite writes to this directory. */
const resultsDirectory = process.env['TEST_RESULTS_DIR'];

// They take minutes and all CPUs, so they are not part of the other suites.
const abuse = ['test/abuse/**/*.test.ts'];
const replicas = ['test/replicas/**/*.test.ts'];

// They wait for minutes and need a control plane, so they are part of `npm run test:long` only.
const drills = ['test/drills/**/*.test.ts'];

/** Test files by `--mode`. Without a mode, all of them. */
const suites: Readonly<Record<string, readonly string[]>> = {
  test: ['src/**/*.test.ts', 'client/**/*.test.ts', 'web/**/*.test.ts', 'dev/**/*.test.ts', 'test/**/*.test.ts'],
  unit: ['src/**/*.test.ts', 'client/src/**/*.test.ts', 'web/**/*.test.ts', 'dev/**/*.test.ts', 'test/*.test.ts'],
  integration: ['test/integration/**/*.test.ts', 'client/test/**/*.test.ts', 'test/browser/**/*.test.ts'],
  property: ['test/property/**/*.test.ts'],
  abuse,
  drills,
  replicas,
  // The tests that run against a real kube-apiserver too, if KUBEBUILDER_ASSETS is set.
  contract: ['test/contract/**/*.test.ts', 'dev/demo/*.test.ts', 'test/property/live/*.test.ts'],
};

export default defineConfig(({ mode }) => {
  const include = suites[mode];
  if (!include) throw new TypeError(`Expected --mode to be one of ${Object.keys(suites).join(', ')}, got ${mode}.`);
  return {
    // graphql 17 has a `development` build; without these conditions tests and node_modules would load two copies of it.
    ssr: { resolve: { conditions: ['module-sync', 'node', 'import', 'default'] } },
    test: {
      include: [...include],
      exclude: [...abuse, ...replicas, ...drills].filter((each) => !include.includes(each)),
      fileParallelism: mode !== 'abuse',
      // Most of the time tests wait, so two files share two CPUs well. The default leaves one CPU to vitest itself.
      maxWorkers: mode === 'abuse' ? 1 : 2,
      // No test mocks a module, so test files can share the modules of their worker: this saves a third of the CPU time.
      isolate: false,
      // They end a test that hangs. No test may depend on them: a busy machine takes ten times as long as a quiet one.
      testTimeout: 60_000,
      hookTimeout: 120_000,
      expect: { poll: { timeout: 30_000 } },
      reporters: resultsDirectory
        ? ['default', ['json', { outputFile: `${resultsDirectory}/${mode}.json` }]]
        : ['default'],
    },
  };
});
