import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

import type { GatewayRecord, SandboxCommand } from '../port.ts';
import { gatewayDirectories } from './gateway-container.ts';

const Usage = z.object({ exceeded: z.enum(['requests', 'tokens', 'cost_usd']).nullable() });

const WORDS: Readonly<Record<NonNullable<z.infer<typeof Usage>['exceeded']>, string>> = {
  requests: 'as many requests as it may make',
  tokens: 'as many tokens as it may use',
  cost_usd: 'as much money as it may spend',
};
const MAX_BYTES = 8 * 1024 * 1024;

/** What the gateway of a run wrote down; nothing, where it wrote nothing. */
export async function readGatewayRecord(command: SandboxCommand, isLost: boolean): Promise<GatewayRecord> {
  const { records } = gatewayDirectories(command);
  const decisions = await readBounded(path.join(records, 'egress.jsonl'));
  const usage = Usage.safeParse(parseJson(await readBounded(path.join(records, 'usage.json'))));
  const exceeded = usage.data?.exceeded ?? null;
  return { decisions, exceeded: exceeded === null ? null : WORDS[exceeded], isLost };
}

async function readBounded(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(size, MAX_BYTES)));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
