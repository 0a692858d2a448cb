import { CommanderError } from 'commander';

import { openSpecAutomation } from '../compose.ts';
import { readSettings } from '../config/read-settings.ts';
import { toAppError } from '../domain/app-error.ts';
import { fillRunId } from '../domain/reasons.ts';
import { EXIT, type CliContext, type ExitCode } from './cli-context.ts';
import { exitCodeOfKind } from './exit-code.ts';
import { interruptHandler } from './interrupts.ts';
import { buildProgram } from './program.ts';

/** Run one command to its end and say how it went; prints everything there is to print. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  quietOnClosedPipe();
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram(processContext(), (code) => {
    exitCode = code;
  });
  program.exitOverride();
  for (const command of program.commands)
    for (const each of [command, ...command.commands]) each.exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    // Help and version end the same way as a mistyped option; Commander has printed either by now.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    return report(thrown, args.includes('--json'));
  }
}

/** Say what failed, on what, and what to do; with `--json` the one document on standard output says it too. */
function report(thrown: unknown, isJson: boolean): ExitCode {
  const { code, message, remedy, kind, stack } = toAppError(thrown);
  const advice = fillRunId(remedy, '<run_id>');
  process.stderr.write(`Error (${code}): ${message}\n${advice}\n`);
  if (code === 'internal') process.stderr.write(`${stack ?? ''}\n`);
  if (isJson)
    process.stdout.write(`${JSON.stringify({ error: { code, message, remedy: advice } }, null, 2)}\n`);
  return exitCodeOfKind(kind);
}

function processContext(): CliContext {
  const workingDirectory = process.cwd();
  const settings = () => readSettings({ env: process.env, directory: workingDirectory });
  return {
    workingDirectory,
    settings,
    open: () => openSpecAutomation(settings()),
    print: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    progress: { stream: process.stderr, isTerminal: process.stderr.isTTY && process.stderr.columns > 0 },
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

/** `spec-automation runs logs … | head` closes our output early; that is no error. */
function quietOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
}
