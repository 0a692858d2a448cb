import { describe } from 'vitest';
import { executionKit, type SandboxBench } from '../support/process-executions.ts';
import { adoptionContract } from './sandbox-adoption.ts';
import { endingsContract } from './sandbox-endings.ts';
import { leftOversContract } from './sandbox-left-overs.ts';
import { streamsContract } from './sandbox-streams.ts';

/** What every sandbox promises, whatever agents run in. */
export function sandboxContract(bench: SandboxBench): void {
  describe(`sandbox contract on ${bench.name}`, () => {
    const kit = executionKit(bench.sandbox);
    streamsContract(bench, kit);
    endingsContract(bench, kit);
    leftOversContract(bench, kit);
    adoptionContract(bench, kit);
  });
}
