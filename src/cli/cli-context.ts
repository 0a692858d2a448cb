import type { Settings } from '../config/settings.ts';
import type { SpecAutomation } from '../spec-automation.ts';

/** What commands know of the terminal and the process. Only `main.ts` builds one from the real ones. */
export interface CliContext {
  readonly workingDirectory: string;
  /** Write to standard output: results only. Whoever wrote the text, a terminal shows it and never obeys it. */
  readonly print: (text: string) => void;
  /** Write words that are all our own, as they are: they may have colours. */
  readonly printOwn: (text: string) => void;
  /** Write one JSON document and a line break; indented by two unless told. */
  readonly printJson: (value: unknown, indent?: number) => void;
  /** Write bytes as they are, which a terminal is spared. */
  readonly printBytes: (bytes: Uint8Array) => void;
  /** Fires once nobody takes what is printed: a command that only prints may end. */
  readonly printClosed: AbortSignal;
  /** Write to standard error, as harmless as `print`: progress and messages. */
  readonly note: (text: string) => void;
  /** The stream progress goes to, and whether a person watches it. */
  readonly progress: { readonly stream: NodeJS.WriteStream; readonly isTerminal: boolean };
  /** Everything on standard input, at most `maxBytes` and one more. */
  readonly readStdin: (maxBytes: number) => Promise<Buffer>;
  /** @throws `setting_invalid` */
  readonly settings: () => Settings;
  /** Open the product; the caller closes it. */
  readonly open: () => Promise<SpecAutomation>;
  /** Call `onInterrupt` at Ctrl-C or SIGTERM instead of ending; the second one ends the process at once. Returns how to stop that. */
  readonly interceptInterrupt: (onInterrupt: () => void) => () => void;
}

/** What a command tells its caller (design, "Command line"). */
export const EXIT = { ok: 0, failed: 1, badInput: 2, notReady: 3, cancelled: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every command ends with an exit code or throws an `AppError`. */
export type CommandAction<Options> = (context: CliContext, options: Options) => Promise<ExitCode>;
