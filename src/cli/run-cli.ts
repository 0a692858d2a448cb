import { CommanderError } from 'commander';

import { openSpecAutomation } from '../compose.ts';
import { readSettings } from '../config/read-settings.ts';
import { appError, toAppError, type AppError } from '../domain/app-error.ts';
import { fillRunId } from '../domain/fill-reason.ts';
import { EXIT, type CliContext, type ExitCode } from './cli-context.ts';
import { exitCodeOfKind } from './exit-code.ts';
import { interruptHandler } from './interrupts.ts';
import { openDoor, openOutput, type Words } from './output.ts';
import { buildProgram } from './program.ts';

/** Run one command to its end and say how it went; prints everything there is to print. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  const [stdout, stderr] = [openOutput(process.stdout), openOutput(process.stderr)];
  const context = processContext(openDoor(stdout, stderr));
  try {
    const exitCode = await runCommand(context, args);
    const failure = await stdout.flush();
    if (failure === undefined) return exitCode;
    throw appError('output_unwritable', { problem: failure.message }, failure);
  } catch (thrown) {
    return report(context, thrown, args.includes('--json'));
  }
}

async function runCommand(context: CliContext, args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    // Help and version that were asked for end the same way as a mistyped option.
    if (thrown.exitCode !== 0) throw usageError(thrown);
  }
  return exitCode;
}

/** Commander's `error: …` as one of ours; help nobody asked for stands for a command that was not named. */
function usageError(error: CommanderError): AppError {
  const said = error.message
    .replace(/^error: /u, '')
    .replaceAll(/\s+/gu, ' ')
    .replace(/\.$/u, '');
  const problem = error.code === 'commander.help' ? 'a command is missing' : said;
  return appError('usage_invalid', { problem }, error);
}

/** Say what failed, on what, and what to do; with `--json` the one document on standard output says it too. */
function report(context: CliContext, thrown: unknown, isJson: boolean): ExitCode {
  const { code, message, remedy, kind, stack } = toAppError(thrown);
  const advice = fillRunId(remedy, '<run_id>');
  context.note(`Error (${code}): ${message}\n${advice}\n`);
  if (code === 'internal') context.note(`${stack ?? ''}\n`);
  if (isJson) context.printJson({ error: { code, message, remedy: advice } });
  return exitCodeOfKind(kind);
}

function processContext(words: Words): CliContext {
  const workingDirectory = process.cwd();
  const settings = () => readSettings({ env: process.env, directory: workingDirectory });
  return {
    workingDirectory,
    settings,
    open: () => openSpecAutomation(settings()),
    ...words,
    progress: { stream: process.stderr, isTerminal: hasScreen(process.stderr) },
    readStdin,
    interceptInterrupt: interruptHandler(process),
  };
}

async function readStdin(maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.byteLength;
    if (length > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

/** A terminal of a size one can draw on; some that only record have none. */
function hasScreen({ isTTY, columns, rows }: NodeJS.WriteStream): boolean {
  return isTTY && columns > 0 && rows > 0;
}
