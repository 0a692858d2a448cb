import path from 'node:path';

import { quoteArgument } from '../../domain/reproduce-command.ts';
import { EXIT, type CommandAction } from '../cli-context.ts';
import { DEMO_SPEC } from '../demo/demo-spec.ts';
import { ensureDemoRepository } from '../demo/demo-repository.ts';
import { followToEnd } from '../follow-to-end.ts';

/** `demo`: a sample repository and spec, run to the end without keys, Docker or a server. */
export const demo: CommandAction<{ readonly json?: boolean }> = async (context, options) => {
  const settings = context.settings();
  await using app = await context.open();
  const repository = path.join(settings.home, 'demo', 'repository');
  await ensureDemoRepository(repository, settings.path);
  context.note(`Demo repository ${repository}\nSpec text: ${DEMO_SPEC.split('\n')[0]}\n`);
  const { run_id: runId } = await app.submit({
    repository,
    specText: DEMO_SPEC,
    agent: 'outline',
    sandbox: 'process',
  });
  const exitCode = await followToEnd(context, app, { runId, json: options.json ?? false });
  if (exitCode !== EXIT.ok || options.json === true) return exitCode;
  const { branch_name: branch, feature_directory: directory } = await app.get(runId);
  const words = ['git', '-C', repository, 'show', `${branch}:${directory}/spec.md`];
  context.print(`\nRead the result with:\n  ${words.map(quoteArgument).join(' ')}\n`);
  return exitCode;
};
