import { printable, printableJson } from '../domain/printable.ts';
import type { CliContext } from './cli-context.ts';

/** A standard stream that may go away while we write to it. */
export interface Output {
  /** Write, or drop what nobody takes any more: whoever stops reading must not stop a run half-way. */
  readonly write: (content: string | Uint8Array) => void;
  /** Fires once the stream takes nothing more: its reader left, or it broke. */
  readonly closed: AbortSignal;
  /** Wait until everything is out. Returns what broke the stream; a reader that left (`| head`) did not break it. */
  readonly flush: () => Promise<Error | undefined>;
  readonly isTerminal: boolean;
}

/** Take charge of a standard stream: from here on its failures are told by what is returned, and never thrown. */
export function openOutput(stream: NodeJS.WriteStream): Output {
  const closing = new AbortController();
  let failure: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException) => {
    failure ??= error;
    closing.abort();
  };
  stream.on('error', onError);
  return {
    write: (content) => void (closing.signal.aborted || stream.write(content)),
    closed: closing.signal,
    async flush() {
      if (failure === undefined) await new Promise((resolve) => stream.write('', resolve));
      return failure?.code === 'EPIPE' ? undefined : failure;
    },
    isTerminal: stream.isTTY,
  };
}

/** The ways out of a command, see `CliContext`. */
export type Words = Pick<
  CliContext,
  'print' | 'printOwn' | 'printJson' | 'printBytes' | 'printClosed' | 'note'
>;

/** The one door to standard output and standard error: what others wrote leaves it harmless. */
export function openDoor(
  stdout: Pick<Output, 'write' | 'closed' | 'isTerminal'>,
  stderr: Pick<Output, 'write'>,
): Words {
  const print = (text: string) => stdout.write(printable(text));
  return {
    print,
    printOwn: stdout.write,
    printJson: (value, indent = 2) => stdout.write(`${printableJson(JSON.stringify(value, null, indent))}\n`),
    printBytes: (bytes) =>
      stdout.isTerminal ? print(Buffer.from(bytes).toString('utf8')) : stdout.write(bytes),
    printClosed: stdout.closed,
    note: (text) => stderr.write(printable(text)),
  };
}
