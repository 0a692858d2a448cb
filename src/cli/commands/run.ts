import { parseVariables } from '../../domain/runtime-environment.ts';
import type { ClarificationMode } from '../../domain/run.ts';
import type { CommandAction } from '../cli-context.ts';
import { followToEnd } from '../follow-to-end.ts';
import { readSpec } from '../read-input.ts';

export interface RunOptions {
  readonly repo?: string;
  readonly spec?: string;
  readonly text?: string;
  readonly base?: string;
  readonly feature?: string;
  readonly agent?: string;
  readonly sandbox?: string;
  readonly dryRun?: boolean;
  readonly onClarification?: ClarificationMode;
  readonly externalRef?: string;
  readonly retain?: boolean;
  readonly allowUnconfined?: boolean;
  readonly env?: readonly string[];
  readonly secret?: readonly string[];
  readonly json?: boolean;
}

/** `run`: submit one spec, watch it, print the result. */
export const run: CommandAction<RunOptions> = async (context, options) => {
  const specText = await readSpec(context, options);
  await using app = await context.open();
  await app.reapOrphans();
  const { run_id: runId } = await app.submit({
    repository: options.repo,
    workingDirectory: context.workingDirectory,
    specText,
    baseBranch: options.base,
    feature: options.feature,
    agent: options.agent,
    sandbox: options.sandbox,
    dryRun: options.dryRun,
    externalRef: options.externalRef,
    onClarification: options.onClarification,
    retain: options.retain,
    allowUnconfined: options.allowUnconfined,
    runtimeEnvironment: parseVariables(options.env ?? []),
    secretNames: options.secret,
  });
  context.note(`Run ${runId}\n`);
  return await followToEnd(context, app, { runId, json: options.json ?? false });
};
