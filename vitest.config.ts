import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Needs strace, which not every machine has: `npm run test:durability`.
    exclude: [...configDefaults.exclude, 'test/durability/**'],
    // One for each core: most tests wait for something more than they compute.
    maxWorkers: availableParallelism(),
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
