import { open } from 'node:fs/promises';
import path from 'node:path';

import { appError, describeThrown } from '../domain/app-error.ts';
import { decodeSpecText, SPEC_MAX_BYTES } from '../domain/validate.ts';
import type { CliContext } from './cli-context.ts';

/** The spec text of `--spec <file|->` or `--text`; exactly one of them. @throws `request_invalid`, `input_unreadable`, `spec_*` */
export async function readSpec(
  context: CliContext,
  options: { readonly spec?: string; readonly text?: string },
): Promise<string> {
  const { spec, text } = options;
  if ((spec === undefined) === (text === undefined)) {
    throw appError('request_invalid', {
      field: 'spec',
      problem: 'pass exactly one of --spec <file|-> and --text <text>',
    });
  }
  return decodeSpecText(spec === undefined ? Buffer.from(text ?? '') : await readInput(context, spec));
}

/** The bytes of a file or of standard input (`-`), at most one more than a spec text may have. @throws `input_unreadable` */
export async function readInput(context: CliContext, name: string): Promise<Buffer> {
  if (name === '-') return context.readStdin(SPEC_MAX_BYTES);
  try {
    return await readAtMost(path.resolve(context.workingDirectory, name), SPEC_MAX_BYTES + 1);
  } catch (cause) {
    throw appError('input_unreadable', { path: name, problem: describeThrown(cause) }, cause);
  }
}

async function readAtMost(file: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(maxBytes);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, maxBytes - length, null);
      length += bytesRead;
      if (bytesRead === 0 || length === maxBytes) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}
