import { createServer } from 'node:http';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SandboxCommand } from '../../src/sandbox/port.ts';
import { processSandbox } from '../../src/sandbox/process/process-sandbox.ts';
import { executionKit } from '../support/process-executions.ts';

const OPTIONS = {
  path: '/usr/local/bin:/usr/bin:/bin',
  graceMs: 500,
  unwatchedMs: 60_000,
  privatePaths: [],
} as const;
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

  describe('that needs a folder in which private things lie', () => {
    const shown = path.join(tmpdir(), `shown-${process.pid}`);
    const privatePaths = ['records', 'settings', 'not there'].map((name) => path.join(shown, 'deep', name));
    const kit = executionKit(processSandbox({ ...OPTIONS, confinement: 'auto', privatePaths }));
    const LOOK =
      'cat "$SHOWN/tool" "$SHOWN/deep/settings" "$SHOWN/deep/records/all"; echo x > "$SHOWN/deep/records/new"';

    beforeAll(async () => {
      await mkdir(path.join(shown, 'deep/records'), { recursive: true });
      await writeFile(path.join(shown, 'tool'), 'the tool');
      await writeFile(path.join(shown, 'deep/settings'), CANARY);
      await writeFile(path.join(shown, 'deep/records/all'), CANARY);
      await symlink(shown, `${shown}-link`);
    });
    afterAll(async () => {
      await rm(shown, { recursive: true });
      await rm(`${shown}-link`);
    });

    it.each(['', '-link'])('sees the folder and not these, by its name and by another', async (suffix) => {
      const folder = `${shown}${suffix}`;
      const change = { env: { SHOWN: folder }, readPaths: [folder] };
      const { stdout } = await (await kit.start(['/bin/sh', '-c', LOOK], change)).result;
      expect(stdout).toBe('the tool\n');
      expect(await readdir(path.join(shown, 'deep/records'))).toEqual(['all']);
    });
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
