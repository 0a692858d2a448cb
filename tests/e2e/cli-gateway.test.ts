import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { runCli, startCli } from '../support/cli.ts';
import { temporaryDirectory } from '../support/git-repository.ts';

const KEY = 'sk-proj-q7Xw2ZpL9vTn4RbYc8KdM3hJ';

describe('the gateway', () => {
  it('works until it is interrupted, and then says no more', async () => {
    const home = await temporaryDirectory();
    const socketPath = path.join(home, 'gateway.sock');
    const document = {
      socket_path: socketPath,
      record_directory: home,
      model: { protocol: 'openai_responses', base_url: 'http://127.0.0.1:9/v1', key: KEY, price: null },
      egress_allow: [],
      limits: { requests: null, tokens: null, cost_usd: null },
    };
    const child = startCli(['gateway'], { home, stdin: JSON.stringify(document) });
    const [line] = await once(child.stdout, 'data');
    expect(String(line)).toBe('{"ready":true}\n');
    const request = http.get({ socketPath, path: '/v1/models', agent: false });
    const [{ statusCode }] = await once(request, 'response');
    expect(statusCode).toBe(403);
    const stderr = text(child.stderr);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await stderr).toBe('');
  });

  it('names what is wrong with its document, and never the key', async () => {
    const home = await temporaryDirectory();
    const stdin = JSON.stringify({ socket_path: '/s', model: { key: KEY } });
    const { exitCode, stdout, stderr } = await runCli(['gateway'], { home, stdin });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Error \(gateway_config_invalid\): .*record_directory/u);
    expect(stderr).not.toContain(KEY.slice(8));
  });
});
