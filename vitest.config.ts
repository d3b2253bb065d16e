import { defineConfig } from 'vitest/config';

/** `.ci/run` adds the counts of all suites up from the files in this directory. */
const resultsDirectory = process.env['TEST_RESULTS_DIR'];

/** `--mode contract`: only what can be run against a real kube-apiserver, for the second time with KUBEBUILDER_ASSETS. */
export default defineConfig(({ mode }) => ({
  // graphql 17 has a `development` build; without these conditions tests and node_modules would load two copies of it.
  ssr: { resolve: { conditions: ['module-sync', 'node', 'import', 'default'] } },
  test: {
    include:
      mode === 'contract'
        ? ['test/contract/**/*.test.ts', 'dev/demo/*.test.ts', 'test/property/live/*.test.ts']
        : ['src/**/*.test.ts', 'dev/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: resultsDirectory
      ? ['default', ['json', { outputFile: `${resultsDirectory}/${mode}.json` }]]
      : ['default'],
  },
}));
