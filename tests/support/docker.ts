import { randomUUID } from 'node:crypto';
import path from 'node:path';

import { execa } from 'execa';

import { answers, findBuildClient } from '../../scripts/support/docker.ts';
import { VERSION } from '../../src/version.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The socket of the daemon to test with. */
export const DOCKER_SOCKET = process.env['TEST_DOCKER_SOCKET'] || '/var/run/docker.sock';

/** Whether one answers there. `node scripts/with-docker.ts <command...>` sees to it. */
export const isDockerThere = await answers(DOCKER_SOCKET);

/** The images of `npm run images:build`. */
export const JOB_IMAGE = `spec-automation/job:${VERSION}`;
export const WORKER_IMAGE = `spec-automation/worker:${VERSION}`;

/** How agents are sealed in, but for their mounts. */
export const SEALED = [
  '--network=none',
  '--read-only',
  '--user=65532:65532',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--pids-limit=512',
  '--tmpfs=/tmp',
  '--init',
] as const;

const CLIENT = findBuildClient() ?? 'docker';
const env = { DOCKER_HOST: `unix://${DOCKER_SOCKET}`, DOCKER_BUILDKIT: '1', BUILDX_BUILDER: 'default' };

/** How a docker command ended and what it printed. */
export interface DockerResult {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a docker command in the checkout. */
export function docker(...words: readonly string[]): Promise<DockerResult> {
  return execa(CLIENT, words, { env, cwd: ROOT, reject: false, stdin: 'ignore' });
}

/** What an image says of itself. */
export async function labelsOf(image: string): Promise<Record<string, string | undefined>> {
  const { stdout } = await docker('image', 'inspect', '--format={{json .Config.Labels}}', image);
  return JSON.parse(stdout);
}

/** Run a shell script in a throw-away container, past the entry point. */
export async function shellIn(image: string, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await docker(
    'run',
    '--rm',
    ...SEALED,
    '--entrypoint=bash',
    image,
    '-ec',
    script,
  );
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  return stdout;
}

/** A started container, removed on disposal. */
export interface StartedContainer extends AsyncDisposable {
  readonly name: string;
  logs(): Promise<string>;
  /** Wait for its end; answers the exit code. */
  ended(): Promise<number>;
}

/** Start a sealed container in the background. */
export async function startSealed(
  options: readonly string[],
  image: string,
  words: readonly string[],
): Promise<StartedContainer> {
  const name = `spec-automation-test-${randomUUID()}`;
  const { exitCode, stderr } = await docker(
    'run',
    '--detach',
    `--name=${name}`,
    ...SEALED,
    ...options,
    image,
    ...words,
  );
  if (exitCode !== 0) throw new Error(`the container did not start: ${stderr}`);
  return {
    name,
    logs: async () => (await docker('logs', name)).stdout,
    ended: async () => Number((await docker('wait', name)).stdout),
    [Symbol.asyncDispose]: async () => {
      await docker('rm', '--force', name);
    },
  };
}
