import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { testFolder } from '../../tests/support/gateway-kit.ts';
import { openEgressRecord } from './egress-record.ts';

const NOW = Date.UTC(2031, 0, 2, 3, 4, 5, 6);
const LIMIT = 4 * 1024 * 1024;

async function withRecord() {
  const folder = await testFolder();
  const file = path.join(folder, 'egress.jsonl');
  const lines = async () => (await readFile(file, 'utf8')).trimEnd().split('\n');
  return { folder, file, lines, record: await openEgressRecord(folder, () => NOW) };
}

describe('the record', () => {
  it('holds what was decided, when, and of the words of others only so much, and nothing a terminal obeys', async () => {
    const { record, lines } = await withRecord();
    record.write({
      kind: 'connect',
      method: 'CONNECT',
      host: `\u001B[2J\n\u202E${'a'.repeat(999)}`,
      verdict: 'denied',
      reason: 'malformed',
    });
    await record.close();
    const [line = ''] = await lines();
    expect(JSON.parse(line)).toEqual({
      at: '2031-01-02T03:04:05.006Z',
      kind: 'connect',
      method: 'CONNECT',
      host: expect.stringMatching(/^\\x1b\[2J \\u202ea{200,256}$/u),
      verdict: 'denied',
      reason: 'malformed',
    });
    expect(JSON.parse(line).host).toHaveLength(256);
  });

  it('is bounded, says how much had no room, and keeps half of it for what was let through', async () => {
    const { record, file, lines } = await withRecord();
    const one = { kind: 'model', method: 'POST', path: 'p'.repeat(256), reason: 'r'.repeat(256) } as const;
    for (let count = 0; count < 10_000; count += 1) record.write({ ...one, verdict: 'denied' });
    record.write({ ...one, verdict: 'allowed' });
    await record.close();
    const written = await lines();
    expect((await stat(file)).size).toBeLessThan(LIMIT / 2 + 2_000);
    expect(JSON.parse(written.at(-1) ?? '')).toEqual({
      at: '2031-01-02T03:04:05.006Z',
      kind: 'dropped',
      lines: 10_001 - (written.length - 1),
    });
    expect(written.filter((line) => line.includes('"allowed"'))).toHaveLength(1);
  });

  it('goes on in the same file, and stays within its bound', async () => {
    const { folder, file, record } = await withRecord();
    await record.close();
    await writeFile(file, 'x'.repeat(LIMIT));
    const next = await openEgressRecord(folder, () => NOW);
    next.write({ kind: 'model', method: 'POST', verdict: 'allowed', reason: 'answered' });
    await next.close();
    expect((await stat(file)).size - LIMIT).toBeLessThan(100);
  });

  it('is demanded at the start', async () => {
    await expect(openEgressRecord('/proc/nowhere', () => NOW)).rejects.toThrow('ENOENT');
  });
});
