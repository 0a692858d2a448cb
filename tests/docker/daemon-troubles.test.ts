import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { dockerSandbox } from '../../src/sandbox/docker/docker-sandbox.ts';
import {
  brokenDaemon,
  hangingDaemon,
  holdRequests,
  loseAnswers,
  startTestDaemon,
} from '../support/docker-daemon.ts';
import { DOCKER_OPTIONS } from '../support/docker-options.ts';
import { executionKit } from '../support/process-executions.ts';
import { waitFor } from '../support/wait-for.ts';

const AGENTS = path.resolve(import.meta.dirname, '../support/agents');
const FIRST_WORD_MS = 10_000;

function sandboxAt(socketPath: string, change: Partial<typeof DOCKER_OPTIONS> = {}) {
  return dockerSandbox({ ...DOCKER_OPTIONS, socketPath, ...change });
}

function agent(file: string, ...args: readonly string[]): readonly [string, ...string[]] {
  return ['/bin/sh', path.join(AGENTS, file), ...args];
}

describe('a Docker daemon', () => {
  it('that is not there is told from one that is, and needs nobody to wait', async () => {
    const sandbox = sandboxAt('/nowhere/docker.sock');
    expect(await sandbox.isPresent()).toBe(false);
    expect(await sandbox.listOrphanRuns()).toEqual([]);
    await expect(sandbox.preflight()).rejects.toMatchObject({
      code: 'sandbox_unavailable',
      message: expect.stringContaining('/nowhere/docker.sock'),
    });
  });

  it('that takes connections and never answers is unavailable, and does not count as there', async () => {
    await using daemon = await hangingDaemon();
    const sandbox = sandboxAt(daemon.socketPath);
    expect(await sandbox.isPresent()).toBe(false);
    await expect(sandbox.preflight()).rejects.toMatchObject({
      code: 'sandbox_unavailable',
      message: expect.stringContaining('gave no answer within 5 seconds'),
    });
  });

  it('that fails is unavailable, in its own words', async () => {
    await using daemon = await brokenDaemon();
    await expect(sandboxAt(daemon.socketPath).preflight()).rejects.toMatchObject({
      code: 'sandbox_unavailable',
      message: expect.stringContaining('no space left on device'),
    });
  });

  it('without the image says so, and how to get it', async () => {
    const sandbox = sandboxAt(DOCKER_OPTIONS.socketPath, { image: 'spec-automation/job:missing' });
    await expect(sandbox.preflight()).rejects.toMatchObject({
      code: 'image_missing',
      message: expect.stringContaining('spec-automation/job:missing'),
      remedy: expect.stringContaining('npm run images:build'),
    });
  });

  it('is not trusted with an image by tag where production is meant', async () => {
    const sandbox = sandboxAt(DOCKER_OPTIONS.socketPath, { isStrict: true });
    await expect(sandbox.preflight()).rejects.toMatchObject({
      code: 'image_missing',
      message: expect.stringContaining('by tag'),
    });
  });

  describe('whose answer gets lost', () => {
    const sandbox = sandboxAt(DOCKER_OPTIONS.socketPath);
    const kit = executionKit(sandbox);

    it('after it made the container has made one, which is used', async () => {
      await using between = await loseAnswers(
        ({ method, url }) => method === 'POST' && url?.includes('/containers/create') === true,
      );
      const command = await kit.command(agent('count.sh', '3'));
      const lines: string[] = [];
      const observe = { onLine: (_: string, line: string) => void lines.push(line) };
      const result = await sandboxAt(between.socketPath).execute(command, observe);
      expect(result).toMatchObject({ ending: 'exited', exitCode: 4 });
      expect(lines).toEqual(['count 1', 'count 2', 'count 3']);
    });

    it('after it started the agent has started it once', async () => {
      await using between = await loseAnswers(
        ({ method, url }) => method === 'POST' && /\/containers\/[^/]+\/start/u.test(url ?? ''),
      );
      const command = await kit.command(agent('count.sh', '3'));
      const observe = { onLine: () => undefined };
      await sandboxAt(between.socketPath)
        .execute(command, observe)
        .catch(() => undefined);
      expect(await sandbox.canAdopt(command)).toBe(true);
      expect(await sandbox.execute(command, observe)).toMatchObject({ ending: 'exited', exitCode: 4 });
    });
  });
});

describe('a worker that is slow to start what it made', () => {
  const sandbox = sandboxAt(DOCKER_OPTIONS.socketPath);
  const kit = executionKit(sandbox);

  it('starts nothing of the worker that took over meanwhile', async () => {
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using between = await holdRequests(({ method, url }) => {
      const isStart = method === 'POST' && /\/containers\/[^/]+\/start/u.test(url ?? '');
      if (isStart) asked.resolve();
      return isStart;
    }, released.promise);
    const command = await kit.command(['/bin/sh', '-c', 'echo began >> began; cat began']);
    const lines: string[] = [];
    const observe = { onLine: (_: string, line: string) => void lines.push(line) };
    const slow = sandboxAt(between.socketPath).execute(command, observe);
    await asked.promise;
    expect(await sandbox.canAdopt(command)).toBe(false);
    expect(await sandbox.execute(command, observe)).toMatchObject({ ending: 'exited', exitCode: 0 });
    released.resolve();
    await expect(slow).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    expect(await readFile(path.join(command.workingDirectory, 'began'), 'utf8')).toBe('began\n');
    expect(await sandbox.execute(command, observe)).toMatchObject({ stdout: 'began\n' });
  });
});

describe('a gateway that does not begin', () => {
  const gateway = { ...DOCKER_OPTIONS.gateway, egressAllow: ['no host'] };
  const sandbox = sandboxAt(DOCKER_OPTIONS.socketPath, { gateway });
  const kit = executionKit(sandbox);

  it('says why, and the agent that waits for it never begins', async () => {
    const command = await kit.command(agent('count.sh', '3'), { needsNetwork: true });
    const lines: string[] = [];
    const result = sandbox.execute(command, { onLine: (_, line) => void lines.push(line) });
    await expect(result).rejects.toMatchObject({
      code: 'sandbox_unavailable',
      message: expect.stringContaining('the gateway of the run ended before it listened'),
    });
    expect([lines, await sandbox.canAdopt(command)]).toEqual([[], false]);
  });
});

describe('a Docker daemon that is started again while an agent works', () => {
  it('takes the agent with it: its execution is lost', async () => {
    await using daemon = await startTestDaemon();
    const sandbox = sandboxAt(daemon.socketPath, { image: daemon.image });
    const command = await prepared();
    const seen: string[] = [];
    const result = sandbox.execute(command, { onLine: (_, line) => void seen.push(line) });
    await waitFor(() => seen.length > 0, { timeoutMs: FIRST_WORD_MS, what: 'its first word' });
    await daemon.restart();
    expect(await result).toMatchObject({ ending: 'lost' });
    await sandbox.reap(command.runId);
    expect(await sandbox.canAdopt(command)).toBe(false);
    await command.dispose();
  });
});

/** An agent that sleeps, in directories of its own. */
async function prepared() {
  const root = await mkdtemp(path.join(tmpdir(), 'own-daemon-'));
  const place = (name: string) => path.join(root, name);
  for (const name of ['repo', 'home']) await mkdir(place(name));
  const { signal } = new AbortController();
  return {
    runId: randomUUID(),
    phase: 'speckit_plan',
    attempt: 1,
    stateDirectory: place('executions'),
    argv: agent('sleep-forever.sh'),
    env: {},
    stdin: '',
    homeFiles: {},
    readPaths: [AGENTS],
    needsNetwork: false,
    model: undefined,
    workingDirectory: place('repo'),
    homeDirectory: place('home'),
    deadlineMs: 60_000,
    signal,
    release: signal,
    dispose: () => rm(root, { recursive: true, force: true }),
  } as const;
}
