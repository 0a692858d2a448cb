import pc from 'picocolors';

import { diagnose, migrateStore } from '../../compose.ts';
import { formatBytes } from '../../domain/format.ts';
import { EXIT, type CommandAction } from '../cli-context.ts';

interface Json {
  readonly json?: boolean;
}

/** `doctor`: what is ready, what is not, and what to do about it. */
export const doctor: CommandAction<Json> = async (context, options) => {
  const checks = await diagnose(context.settings());
  const isReady = checks.every((check) => check.isReady);
  if (options.json === true) {
    const view = checks.map(({ name, isReady: ready, detail, remedy }) => ({ name, ready, detail, remedy }));
    context.printJson({ ready: isReady, checks: view });
  } else {
    for (const { name, isReady: ready, detail, remedy } of checks) {
      context.printOwn(ready ? pc.green('✔') : pc.red('✖'));
      context.print(` ${name.padEnd(18)} ${detail}\n`);
      if (remedy !== null) context.print(`${' '.repeat(21)}${remedy}\n`);
    }
    context.print(isReady ? '\nReady.\n' : '\nNot ready.\n');
  }
  return isReady ? EXIT.ok : EXIT.notReady;
};

/** `migrate`: bring the tables up to date. */
export const migrate: CommandAction<Json> = async (context, options) => {
  const applied = await migrateStore(context.settings());
  if (options.json === true) context.printJson({ applied });
  else context.print(applied.length === 0 ? 'Up to date.\n' : `Applied ${applied.join(', ')}.\n`);
  return EXIT.ok;
};

/** `cleanup`: remove what is past its time. */
export const cleanup: CommandAction<Json & { readonly dryRun?: boolean }> = async (context, options) => {
  const isDryRun = options.dryRun ?? false;
  await using app = await context.open();
  const report = await app.cleanUp(isDryRun);
  if (options.json === true) {
    context.printJson({ dry_run: isDryRun, ...report });
    return EXIT.ok;
  }
  const verb = isDryRun ? 'Would remove' : 'Removed';
  context.print(
    `${verb} ${report.artifacts} expired artifacts, ${report.files} files (${formatBytes(report.bytes)}), ` +
      `${report.workspaces.length} workspaces, and what is left of ${report.leftOverRuns.length} runs whose worker died ` +
      `(${report.processes} processes ended).\n`,
  );
  for (const directory of report.cloneCaches) context.print(`  clone cache ${directory}\n`);
  for (const runId of report.leftOverRuns) context.print(`  left of run ${runId}\n`);
  return EXIT.ok;
};
