import type { Step } from '../run-phase.ts';
import { sandboxOf } from '../run-session.ts';

/** Make sure the sandbox could start an agent now. */
export const checkSandbox: Step<'start_job_container'> = {
  phase: 'start_job_container',
  async run(session, { log }) {
    const sandbox = sandboxOf(session);
    await sandbox.preflight();
    log.out(`Sandbox ${sandbox.name}: ${sandbox.description}`);
    return { output: { sandbox: sandbox.name } };
  },
};
