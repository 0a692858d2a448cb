import { defineConfig } from 'vitest/config';

import { refuseSkips } from './tests/support/refuse-skips.ts';

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, restoreMocks: true },
});

export default defineConfig({
  test: {
    // Most tests wait for processes of their own, so every core can take a worker.
    maxWorkers: '100%',
    reporters: ['default', refuseSkips(process.env['CI'] === 'true')],
    projects: [
      project('unit', ['src/**/*.test.ts', 'tests/*.test.ts'], 20_000),
      project('contract', ['tests/contract/**/*.test.ts'], 60_000),
      project('e2e', ['tests/e2e/**/*.test.ts'], 120_000),
      project('attacks', ['tests/attacks/**/*.test.ts'], 120_000),
      project('faults', ['tests/faults/**/*.test.ts'], 120_000),
      project('agents', ['tests/agents/**/*.test.ts'], 120_000),
      project('services', ['tests/services/**/*.test.ts'], 120_000),
      project('docker', ['tests/docker/**/*.test.ts'], 120_000),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts'],
      reporter: ['text-summary', 'text'],
      thresholds: { 'src/domain/**': { 100: true } },
    },
  },
});
