import type { Redactor } from '../domain/redaction/redactor.ts';
import { lineSplitter } from '../lib/line-splitter.ts';

/** Lines of one stream on their way to the history. */
export interface RedactedLines {
  push(line: string): void;
  /** Pass on what can go out now. */
  flush(): void;
  end(): void;
}

const LINE_MAX_CHARS = 1024 * 1024;

/** Redact a stream of lines as a whole, since a secret may be spread over several of them. */
export function redactedLines(redactor: Redactor, onLine: (line: string) => void): RedactedLines {
  const stream = redactor.stream();
  const splitter = lineSplitter(LINE_MAX_CHARS, onLine);
  return {
    push: (line) => splitter.push(stream.write(Buffer.from(`${line}\n`))),
    flush: () => splitter.push(stream.flush()),
    end() {
      splitter.push(stream.end());
      splitter.end();
    },
  };
}
