import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql 17 has a `development` build; without these conditions tests and node_modules would load two copies of it.
  ssr: { resolve: { conditions: ['module-sync', 'node', 'import', 'default'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
