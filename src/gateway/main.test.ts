import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished } from 'vitest';

import { REAL_KEY, testFolder } from '../../tests/support/gateway-kit.ts';

const PROGRAM = path.join(import.meta.dirname, 'main.ts');

function start(document: string) {
  const child = spawn(process.execPath, [PROGRAM], { env: {} });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => undefined);
  child.stdin.end(document);
  return { child, stderr: text(child.stderr) };
}

const configOf = (folder: string) =>
  JSON.stringify({
    socket_path: path.join(folder, 'gateway.sock'),
    record_directory: folder,
    model: { protocol: 'openai_chat', base_url: 'http://127.0.0.1:9/v1', key: REAL_KEY, price: null },
    egress_allow: [],
    limits: { requests: 1, tokens: null, cost_usd: null },
  });

describe('the program', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'takes the place of a dead one, says when it is ready, and ends at %s',
    async (signal) => {
      const folder = await testFolder();
      const socket = path.join(folder, 'gateway.sock');
      const dead = spawn(process.execPath, [
        '-e',
        `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`,
      ]);
      await once(dead, 'exit');
      expect(existsSync(socket)).toBe(true);
      const { child, stderr } = start(configOf(folder));
      const [line] = await once(child.stdout, 'data');
      expect(String(line)).toBe('{"ready":true}\n');
      expect((await stat(socket)).mode & 0o777).toBe(0o666);
      const began = performance.now();
      child.kill(signal);
      const [code] = await once(child, 'exit');
      expect([code, await stderr, existsSync(socket)]).toEqual([0, '', false]);
      expect(performance.now() - began).toBeLessThan(1_000);
      expect(await readFile(path.join(folder, 'usage.json'), 'utf8')).toContain('"requests":0');
    },
  );

  it.each(['', '{', '[]', '{"model":{"key":"' + REAL_KEY + '"}}', `"${'x'.repeat(2_000_000)}"`])(
    'ends with 2 and never says the key when it cannot use what it got',
    async (document) => {
      const { child, stderr } = start(document);
      const [code] = await once(child, 'exit');
      expect(code).toBe(2);
      expect(await stderr).toMatch(/^Error \(gateway_config_invalid\): /u);
      expect(await stderr).not.toContain(REAL_KEY.slice(8));
    },
  );

  it('ends with 3 when its folders are not there', async () => {
    const folder = await testFolder();
    const { child, stderr } = start(configOf(path.join(folder, 'missing')));
    expect(await once(child, 'exit')).toEqual([3, null]);
    expect(await stderr).toMatch(/^Error \(gateway_unavailable\): /u);
  });
});
