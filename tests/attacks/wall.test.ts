import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SandboxCommand } from '../../src/sandbox/port.ts';
import { processSandbox } from '../../src/sandbox/process/process-sandbox.ts';
import { executionKit } from '../support/process-executions.ts';

const OPTIONS = { path: '/usr/local/bin:/usr/bin:/bin', graceMs: 500, unwatchedMs: 60_000 } as const;
const CANARY = 'host-canary-5518';

/** What code that means harm tries; each prints `reached` when it got through. */
const ATTEMPTS: readonly (readonly [string, string])[] = [
  ['read a file of the host next to the run', 'cat "$HOST/secret" && echo reached'],
  ['list the home of whoever runs this', `ls -A ${homedir()} | grep -q . && echo reached`],
  ['read the passwords of the system', 'cat /etc/shadow > /dev/null && echo reached'],
  ['write beside the working copy', 'echo x > "$HOST/written" && echo reached'],
  ['write into the programs of the system', 'touch /usr/bin/planted && echo reached; rm -f /usr/bin/planted'],
  ['see a process outside', `ps -e -o args 2> /dev/null | grep -v grep | grep -q vitest && echo reached`],
  ['signal a process outside', 'kill -0 "$OUTSIDE_PID" && echo reached'],
  [
    'read the environment of a process outside',
    'cat "/proc/$OUTSIDE_PID/environ" > /dev/null && echo reached',
  ],
  ['reach a service of the host', 'exec 3<> "/dev/tcp/127.0.0.1/$PORT" && echo reached'],
  ['find a socket of Docker', 'test -S /var/run/docker.sock -o -d /run/systemd && echo reached'],
  ['mount something', 'mount -t tmpfs none /mnt && echo reached; umount /mnt'],
  [
    'change a setting of the kernel',
    'place=/proc/sys/kernel/core_pattern; value=$(cat $place); echo "$value" > $place && echo reached',
  ],
  ['reach the file behind a link it made', 'ln -s "$HOST/secret" link && cat link && echo reached'],
];
/** What a container without systemd or with fewer powers of its own cannot do even without a wall. */
const NO_CONTROL = new Set([
  'find a socket of Docker',
  'mount something',
  'see a process outside',
  ...(process.getuid?.() === 0 ? [] : ['change a setting of the kernel']),
]);

describe('an agent that means harm', () => {
  const walled = executionKit(processSandbox({ ...OPTIONS, confinement: 'auto' }));
  const open = executionKit(processSandbox({ ...OPTIONS, confinement: 'off' }));
  const server = createServer((_, response) => response.end(CANARY));
  const place = { host: '', env: {} as Record<string, string> };

  beforeAll(async () => {
    place.host = await mkdtemp(path.join(tmpdir(), 'host-'));
    await writeFile(path.join(place.host, 'secret'), CANARY);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    place.env = { HOST: place.host, OUTSIDE_PID: String(process.pid), PORT: String(port) };
  });

  afterAll(async () => {
    server.close();
    await rm(place.host, { recursive: true });
  });

  const attempt = async (kit: typeof walled, script: string) => {
    const argv: SandboxCommand['argv'] = ['/bin/bash', '-c', script];
    const execution = await kit.start(argv, { env: place.env, needsNetwork: false });
    const { stdout } = await execution.result;
    return { isReached: stdout.includes('reached'), stdout };
  };

  it('is behind a wall here', async () => {
    const wall = await processSandbox({ ...OPTIONS, confinement: 'auto' }).preflight();
    expect(wall).toMatchObject({ isConfined: true });
  });

  it('is not started where a directory it needs holds the records of runs', async () => {
    const command = await walled.command(['/bin/true']);
    const readPaths = [path.dirname(command.stateDirectory)];
    const { argv, ...rest } = command;
    const execution = await walled.start(argv, { ...rest, readPaths });
    await expect(execution.result).rejects.toMatchObject({ code: 'sandbox_unavailable' });
  });

  it.each(ATTEMPTS)('cannot %s', async (_what, script) => {
    const { isReached, stdout } = await attempt(walled, script);
    expect(isReached).toBe(false);
    expect(stdout).not.toContain(CANARY);
  });

  it.each(ATTEMPTS.filter(([what]) => !NO_CONTROL.has(what)))(
    'could %s without the wall',
    async (_what, script) => {
      expect((await attempt(open, script)).isReached).toBe(true);
    },
  );
});
