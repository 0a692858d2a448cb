import type { Reporter, TestModule } from 'vitest/node';

/** With `CI=true` a skipped test fails the run: what was not seen to hold does not count. */
export function refuseSkips(isCi: boolean): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[]) {
      const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
      if (!isCi || skipped.length === 0) return;
      for (const test of skipped) console.error(`Skipped: ${test.module.moduleId} > ${test.fullName}`);
      console.error(`${skipped.length} skipped; CI refuses skips.`);
      process.exitCode = 1;
    },
  };
}
