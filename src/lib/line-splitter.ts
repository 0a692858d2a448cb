import { StringDecoder } from 'node:string_decoder';

/** Turns chunks of bytes into lines. */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Emit what is left without a line break. */
  end(): void;
}

/**
 * Call `onLine` for every line, without its line break. A line longer than `maxChars` is cut there, and the rest of it is
 * dropped, so that output without line breaks cannot grow memory. Bytes that are not UTF-8 become replacement characters, and
 * so does a character the cut goes through.
 */
export function lineSplitter(maxChars: number, onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let isSkipping = false;

  const flush = () => {
    if (!isSkipping) onLine(pending.endsWith('\r') ? pending.slice(0, -1) : pending);
    pending = '';
    isSkipping = false;
  };

  const take = (text: string) => {
    if (isSkipping) return;
    pending += text;
    if (pending.length <= maxChars) return;
    onLine(`${pending.slice(0, maxChars).toWellFormed()} [line cut]`);
    pending = '';
    isSkipping = true;
  };

  const feed = (text: string) => {
    const pieces = text.split('\n');
    for (const [index, piece] of pieces.entries()) {
      take(piece);
      if (index < pieces.length - 1) flush();
    }
  };

  return {
    push: (chunk) => feed(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end() {
      feed(decoder.end());
      if (pending !== '') flush();
    },
  };
}
