import { boundedText } from '../lib/bounded-text.ts';

/** What a phase says, kept as its two log artifacts. */
export interface PhaseLog {
  out(text: string): void;
  err(text: string): void;
  stdout(): string;
  stderr(): string;
}

const HEAD_CHARS = 1024 * 1024;
const TAIL_CHARS = 1024 * 1024;

/** An empty log that keeps the beginning and the end of each stream. */
export function phaseLog(): PhaseLog {
  const stdout = boundedText(HEAD_CHARS, TAIL_CHARS);
  const stderr = boundedText(HEAD_CHARS, TAIL_CHARS);
  return {
    out: (text) => stdout.append(withLineBreak(text)),
    err: (text) => stderr.append(withLineBreak(text)),
    stdout: () => stdout.toString(),
    stderr: () => stderr.toString(),
  };
}

function withLineBreak(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
