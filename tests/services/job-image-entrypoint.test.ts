import { chmod, rename, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory, type TestOwner } from '../support/git-repository.ts';
import {
  docker,
  isDockerThere,
  JOB_IMAGE,
  SEALED,
  startSealed,
  type DockerResult,
} from '../support/docker.ts';
import { ARE_SERVICES_REQUIRED } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

/** Through the entry point, with five seconds of grace and a limit of twenty. */
const run = (options: readonly string[], ...argv: readonly string[]): Promise<DockerResult> =>
  docker('run', '--rm', ...SEALED, ...options, JOB_IMAGE, '5', '20', ...argv);

/** A folder for the socket of a gateway, and how containers see it. */
async function gatewayFolder(owner: TestOwner) {
  const directory = await temporaryDirectory(owner);
  await chmod(directory, 0o755);
  const socket = path.join(directory, 'gateway.sock');
  return { socket, mount: `--volume=${directory}:/run/spec-automation/gateway:ro` };
}

/** A stand-in for the gateway on a socket file, as the host side of the relay. */
async function listen(socket: string, answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  await chmod(socket, 0o777);
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  return {
    /** End as one that is killed does: its socket stays. */
    leave: async () => {
      await rename(socket, `${socket}.kept`);
      await close();
      await rename(`${socket}.kept`, socket);
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Ask an agent that runs to end, with a second of grace. */
const requestEnd = async (script: string) => {
  await using container = await startSealed([], JOB_IMAGE, ['1', '60', 'bash', '-c', script]);
  await waitFor(async () => (await container.logs()).includes('ready'), {
    timeoutMs: 10_000,
    what: 'the agent',
  });
  const startMs = performance.now();
  await docker('kill', '--signal=TERM', container.name);
  const code = await container.ended();
  return { code, tookMs: performance.now() - startMs, logs: await container.logs() };
};

describe
  .skipIf(!isDockerThere && !ARE_SERVICES_REQUIRED)
  .concurrent(
    'with a Docker daemon (skipped without one; scripts/with-docker.ts starts it, npm run images:build makes the images)',
    () => {
      describe('the entry point of the job image', () => {
        it('gives the agent its standard input, byte for byte, and an end of it', async (owner) => {
          const file = path.join(await temporaryDirectory(owner), 'stdin');
          await writeFile(file, 'a prompt\n$(id) \u{1F600}\r\nno end of line');
          const { stdout } = await run([`--volume=${file}:/run/spec-automation/stdin:ro`], 'od', '-An', '-c');
          const none = await run([], 'cat');
          expect(stdout).toMatch(/\$ {3}\( {3}i {3}d {3}\)[\s\S]*\\r {2}\\n/u);
          expect([none.exitCode, none.stdout]).toEqual([0, '']);
        });

        it.each([0, 3, 127])('ends with the exit code of the agent: %i', async (code) => {
          const { exitCode, stdout } = await run([], 'bash', '-c', `echo said; exit ${code}`);
          expect([exitCode, stdout]).toEqual([code, 'said']);
        });

        it.each(['no-such-program', '/no/such/program', '/etc', '/etc/passwd', ''])(
          'says what it could not start and ends with 125: %j',
          async (program) => {
            const { exitCode, stderr } = await run([], program);
            expect([exitCode, stderr]).toEqual([125, `spec-automation-job: cannot start: ${program}`]);
          },
        );

        it('takes arguments as they are', async () => {
          const words = ['a b', '', '$HOME', '-k', '*', "'", '--'];
          const { stdout } = await run([], 'printf', '<%s>', ...words);
          expect(stdout).toBe(words.map((word) => `<${word}>`).join(''));
        });

        it('works as any user, and makes the folder for temporary files', async () => {
          const options = ['--user=4242:4243', '--env=TMPDIR=/tmp/of/agent'];
          const { stdout } = await run(options, 'bash', '-c', 'id -u; mktemp');
          expect(stdout).toMatch(/^4242\n\/tmp\/of\/agent\/tmp\.\w+$/u);
        });

        it('ends an agent at its limit, and kills one that does not listen after the grace', async () => {
          const limited = docker('run', '--rm', ...SEALED, JOB_IMAGE, '5', '1', 'sleep', '60');
          const deaf = 'trap "" TERM; while :; do sleep 1; done';
          const killed = docker('run', '--rm', ...SEALED, JOB_IMAGE, '1', '1', 'bash', '-c', deaf);
          expect([(await limited).exitCode, (await killed).exitCode]).toEqual([124, 137]);
        });

        it('hands a request to end on, and kills the agent when the grace is over', async () => {
          const polite = "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.1; done";
          const deaf = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
          const [heard, unheard] = await Promise.all([requestEnd(polite), requestEnd(deaf)]);
          expect(heard).toMatchObject({ code: 9, logs: 'ready\nbye' });
          expect(unheard.code).toBe(137);
          expect(unheard.tookMs).toBeGreaterThan(900);
          expect(unheard.tookMs).toBeLessThan(10_000);
        });
      });

      describe('the relay of the job image', () => {
        it('carries requests to the gateway, more at once than it has processes, and is the only way out', async (owner) => {
          const { socket, mount } = await gatewayFolder(owner);
          await using _gateway = await listen(socket, (request, response) => {
            void text(request).then((body) => response.end(`${request.url} ${body.length}\n`));
          });
          const script = `
        head -c 300000 /dev/zero | tr '\\0' x > /tmp/body
        for n in $(seq 100); do curl -sS --data-binary @/tmp/body http://127.0.0.1:8642/v1/$n & done | sort -V
        wait
        ls /sys/class/net
        curl -sS -m 5 http://1.1.1.1 2>&1 || echo nothing else`;
          const { stdout, stderr } = await run([mount], 'bash', '-c', script);
          const lines = stdout.split('\n').filter((line) => line !== '');
          const expected = Array.from({ length: 100 }, (_, index) => `/v1/${index + 1} 300000`);
          expect(stderr).toBe('');
          expect(lines.slice(0, 100)).toEqual(expected);
          expect(lines[100]).toBe('lo');
          expect(lines.at(-1)).toBe('nothing else');
        });

        it('listens before the agent starts, holds none of its streams, and outlives its grace', async (owner) => {
          const { socket, mount } = await gatewayFolder(owner);
          await using _gateway = await listen(socket, (_, response) => response.end('told\n'));
          const script = `
        for pid in $(pgrep socat); do readlink /proc/$pid/fd/{0,1,2}; done
        trap 'curl -sS http://127.0.0.1:8642/; exit 0' TERM
        curl -sS http://127.0.0.1:8642/; echo ready; while :; do sleep 0.1; done`;
          await using container = await startSealed([mount], JOB_IMAGE, ['5', '60', 'bash', '-c', script]);
          await waitFor(async () => (await container.logs()).includes('ready'), {
            timeoutMs: 10_000,
            what: 'the agent',
          });
          await docker('kill', '--signal=TERM', container.name);
          expect(await container.ended()).toBe(0);
          const streams = Array.from({ length: 3 }, () => '/dev/null').join('\n');
          expect(await container.logs()).toBe(`${streams}\ntold\nready\ntold`);
        });

        it('ends with the agent, and what was under way through it', async (owner) => {
          const left = Promise.withResolvers<void>();
          const { socket, mount } = await gatewayFolder(owner);
          await using _gateway = await listen(socket, (request, response) => {
            request.socket.once('close', () => left.resolve());
            // An answer that goes on.
            response.write('begun\n');
          });
          const script = 'exec 3< <(curl -sSN http://127.0.0.1:8642/); read -r line <&3; echo "$line"';
          const { exitCode, stdout } = await run([mount], 'bash', '-c', script);
          await left.promise;
          expect([exitCode, stdout]).toEqual([0, 'begun']);
        });

        it('waits for a gateway that begins beside it', async (owner) => {
          const { socket, mount } = await gatewayFolder(owner);
          const call = ['curl', '-sS', 'http://127.0.0.1:8642/'];
          await using container = await startSealed([mount], JOB_IMAGE, ['5', '60', ...call]);
          await waitFor(async () => (await docker('top', container.name)).stdout.includes('socat'), {
            timeoutMs: 30_000,
            what: 'the relay',
          });
          await using _gateway = await listen(socket, (_request, response) => response.end('told'));
          expect([await container.ended(), await container.logs()]).toEqual([0, 'told']);
        });

        it('says nothing when nobody is at its other end', async (owner) => {
          const { socket, mount } = await gatewayFolder(owner);
          const gateway = await listen(socket, (_, response) => response.end());
          await gateway.leave();
          const script = 'curl -s http://127.0.0.1:8642/; echo $?';
          const { stdout, stderr } = await run([mount], 'bash', '-c', script);
          expect(stdout).toMatch(/^(?:52|56)$/u);
          expect(stderr).toBe('');
        });
      });
    },
  );
