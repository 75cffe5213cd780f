import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['./tests/support/warm-deno.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // On a machine that does much else a second may be too short for a program to act.
    expect: { poll: { timeout: 15_000 } },
    // The end-to-end files start whole programs: more of them at once would only measure the machine.
    maxWorkers: 2,
    reporters: ['default', './tests/support/closing-line.ts'],
  },
});
