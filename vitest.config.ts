import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Needs strace, which not every machine has: `npm run test:durability`.
    exclude: [...configDefaults.exclude, 'test/durability/**'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
