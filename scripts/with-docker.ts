/**
 * `node scripts/with-docker.ts <command...>`: run a command with TEST_DOCKER_SOCKET set to the socket of a Docker daemon. When none
 * answers, one is installed if need be, started for the command and stopped after it. Its images stay.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { canInstall } from './support/apt.ts';
import { answers, dockerSocket, installDocker } from './support/docker.ts';
import { fail } from './support/fail.ts';
import { runWith, type Service } from './support/run-with.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const LOG_LINES = 15;

const [command, ...commandArguments] = process.argv.slice(2);
if (command === undefined) fail('no command given.', 'Use: node scripts/with-docker.ts <command...>');
const socket = dockerSocket();
process.exitCode = await runWith([command, ...commandArguments], provideDocker);

async function provideDocker(): Promise<Service> {
  if (await answers(socket)) return running();
  if (process.getuid?.() !== 0) {
    fail(
      `no Docker daemon answers at ${socket}.`,
      'Start one, and become a member of the group that may use it; or run this as root, which starts one itself.',
    );
  }
  if (findDaemon() === undefined) {
    if (!canInstall)
      fail('there is no dockerd.', 'Install Docker, or set DOCKER_HOST to the socket of one that runs.');
    installDocker();
    // Where there is a service manager, installing it starts it.
    if (await answersWithin(2000)) return running();
  }
  return startDaemon(
    findDaemon() ?? fail('docker.io was installed but dockerd is missing.', 'Install Docker.'),
  );
}

/** One that was there before stays when the command ends. */
function running(stop: Service['stop'] = () => undefined): Service {
  return { env: { TEST_DOCKER_SOCKET: socket, DOCKER_HOST: `unix://${socket}` }, stop };
}

function findDaemon(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'dockerd')).find((file) => existsSync(file));
}

async function startDaemon(daemon: string): Promise<Service> {
  const directory = mkdtempSync(join(tmpdir(), 'docker-'));
  const logFile = join(directory, 'dockerd.log');
  const log = openSync(logFile, 'w');
  const options = ['--host', `unix://${socket}`, '--pidfile', join(directory, 'dockerd.pid')];
  // In a group of its own: an interrupt at the terminal ends the command first.
  const child = spawn(daemon, options, { detached: true, stdio: ['ignore', log, log] });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    rmSync(directory, { recursive: true, force: true });
  };
  const isUp = await Promise.race([answersWithin(START_TIMEOUT_MS), ended.then(() => false)]);
  if (isUp) return running(stop);
  console.error(readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n'));
  await stop();
  return fail(
    'dockerd did not start; its last words are above.',
    'It needs control groups, iptables and mounts of its own: use a machine or container that grants them, or set DOCKER_HOST.',
  );
}

async function answersWithin(timeoutMs: number): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (performance.now() < endMs) {
    if (await answers(socket)) return true;
    await delay(100);
  }
  return false;
}
