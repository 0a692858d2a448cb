import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';

import { describeThrown } from '../../domain/app-error.ts';

/** A profile of the operator: a layer of configuration that lies in their own Codex folder. */
export interface CodexProfile {
  readonly name: string;
  /** Empty when it cannot be read. */
  readonly text: string;
  readonly model: string | undefined;
  /** Why it cannot be used. */
  readonly problem: string | undefined;
}

const MAX_BYTES = 64 * 1024;
const Content = z.object({ model: z.string().optional().catch(undefined) });

/** The file of a profile, which is also where the agent's own HOME holds it. */
export function profileFileName(name: string): string {
  return `${name}.config.toml`;
}

/** Read `<name>.config.toml` of the operator's Codex folder. Never throws: a run with another agent does not mind. */
export function readProfile(name: string, directory: string): CodexProfile {
  const file = path.join(directory, profileFileName(name));
  try {
    // Asked first, since reading a pipe would wait for ever.
    const stats = statSync(file);
    if (!stats.isFile() || stats.size > MAX_BYTES) throw new Error(`${file} is no file of at most 64 KiB`);
    const text = readFileSync(file, 'utf8');
    return { name, text, model: Content.parse(parse(text)).model, problem: undefined };
  } catch (thrown) {
    return { name, text: '', model: undefined, problem: `profile '${name}': ${describeThrown(thrown)}` };
  }
}
