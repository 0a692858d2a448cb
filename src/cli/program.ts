import tab from '@bomb.sh/tab/commander';
import { Command, Option } from 'commander';

import { CLARIFICATION_MODES } from '../domain/run.ts';
import { VERSION } from '../version.ts';
import type { CliContext, CommandAction, ExitCode } from './cli-context.ts';
import { demo } from './commands/demo.ts';
import { gateway } from './commands/gateway.ts';
import { run } from './commands/run.ts';
import { recover } from './commands/recover.ts';
import { artifacts, cancel, list, logs, retry, show } from './commands/runs.ts';
import { cleanup, doctor, migrate } from './commands/upkeep.ts';
import { EXAMPLES } from './examples.ts';

const JSON_OPTION = ['--json', 'print exactly one JSON document on standard output'] as const;

/** The command line as a tree of commands. `onExit` gets the exit code of the one that ran. */
export function buildProgram(context: CliContext, onExit: (code: ExitCode) => void): Command {
  const bind =
    <Options>(action: CommandAction<Options>) =>
    async (options: Options) =>
      onExit(await action(context, options));
  const bindRun =
    <Options>(action: CommandAction<Options & { readonly runId: string }>) =>
    async (runId: string, options: Options) =>
      onExit(await action(context, { ...options, runId }));

  const program = new Command('spec-automation')
    .description(
      'Spec text and a git repository in; a branch and a draft pull request with Spec Kit documents out.',
    )
    .version(VERSION)
    // Subcommands inherit both: an error is thrown instead of printed, and `runCli` tells it like any other.
    .exitOverride()
    .configureOutput({ writeOut: context.print, writeErr: context.note, outputError: () => undefined })
    .addHelpText('after', EXAMPLES.program);

  addRunCommand(program, bind);
  program
    .command('demo')
    .description('run a sample spec on a sample repository: no keys, no Docker, no server')
    .option(...JSON_OPTION)
    .action(bind(demo));

  addRunsCommands(program.command('runs').description('look at runs and steer them'), bind, bindRun);
  addUpkeepCommands(program, bind);
  tab(program, { completionCommandName: 'completion' });
  return program;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

type Bind = <Options>(action: CommandAction<Options>) => (options: Options) => Promise<void>;
type BindRun = <Options>(
  action: CommandAction<Options & { readonly runId: string }>,
) => (runId: string, options: Options) => Promise<void>;

function addRunCommand(program: Command, bind: Bind): void {
  program
    .command('run')
    .description('take a spec text through specify, plan and tasks, and publish the result')
    .option(
      '--repo <name|path|url>',
      'repository: owner/name at GitHub, a path, a file:// or an https:// URL (default: SPEC_WORKFLOW_GITHUB_REPOSITORY)',
    )
    .option('--spec <file|->', 'file with the spec text; - reads standard input')
    .option('--text <text>', 'the spec text itself')
    .option('--base <branch>', "branch to start from (default: the repository's default branch)")
    .option('--feature <folder>', 'continue this folder below specs/ instead of starting a new one')
    .option('--agent <name>', 'agent that writes the documents (default: SPEC_AUTOMATION_AGENT_BACKEND)')
    .option('--sandbox <name>', 'where the agent executes (default: SPEC_AUTOMATION_SANDBOX)')
    .option('--allow-unconfined', 'let the agent work where nothing holds it: it can then do what you can')
    .option(
      '--env <name=value>',
      'variable for the agent, one of those the operator lists; repeatable',
      collect,
    )
    .option(
      '--secret <name>',
      'hand SPEC_AUTOMATION_SECRET_<name> to the agent as <name>; repeatable',
      collect,
    )
    .option('--dry-run', 'do everything but push and open the pull request')
    .addOption(
      new Option('--on-clarification <mode>', 'when the agent leaves questions open')
        .choices(CLARIFICATION_MODES)
        .default('stop'),
    )
    .option('--external-ref <text>', 'your own reference, kept with the run')
    .option('--retain', 'keep the evidence for ever')
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES.run)
    .action(bind(run));
}

function addRunsCommands(runs: Command, bind: Bind, bindRun: BindRun): void {
  runs
    .command('list')
    .description('list runs, newest first')
    .option('--limit <n>', 'how many', '20')
    .option('--status <status>', 'only runs with this status')
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option(...JSON_OPTION)
    .action(bind(list));
  runs
    .command('show <run_id>')
    .description('show a run with its phases')
    .option(...JSON_OPTION)
    .action(bindRun(show));
  runs
    .command('logs <run_id>')
    .description('print what happened and what the agent said')
    .option('--follow', 'wait for more until the run is over')
    .option('--phase <phase>', 'only this phase')
    .option('--json', 'print one JSON document per line')
    .action(bindRun(logs));
  runs
    .command('cancel <run_id>')
    .description('ask a run to stop')
    .option(...JSON_OPTION)
    .action(bindRun(cancel));
  runs
    .command('retry <run_id>')
    .description('go on with a run at its first unfinished phase')
    .option('--from <phase>', 'redo from this phase')
    .option('--answers <file|->', 'the filled-in clarifications.md')
    .option('--notes <text>', 'words for the agent')
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES.retry)
    .action(bindRun(retry));
  runs
    .command('recover')
    .description('take up every run whose worker died, and bring it to its end here')
    .option(...JSON_OPTION)
    .action(bind(recover));
  runs
    .command('artifacts <run_id>')
    .description("list a run's evidence, or print one piece of it")
    .option('--get <name>', 'print this artifact')
    .option(...JSON_OPTION)
    .action(bindRun(artifacts));
}

function addUpkeepCommands(program: Command, bind: Bind): void {
  program
    .command('doctor')
    .description('say what is ready, what is not, and how to get it')
    .option(...JSON_OPTION)
    .action(bind(doctor));
  program
    .command('migrate')
    .description('bring the tables up to date')
    .option(...JSON_OPTION)
    .action(bind(migrate));
  program
    .command('cleanup')
    .description('remove evidence and workspaces past their time')
    .option('--dry-run', 'only say what would be removed')
    .option(...JSON_OPTION)
    .action(bind(cleanup));
  program
    .command('gateway')
    .description('be the only way out of a sealed agent: one API with its key, and hosts you name')
    .addHelpText('after', EXAMPLES.gateway)
    .action(bind(gateway));
}
