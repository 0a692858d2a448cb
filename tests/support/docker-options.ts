import type { DockerSandboxOptions } from '../../src/sandbox/docker/docker-sandbox.ts';
import { VERSION } from '../../src/version.ts';

/** Socket of the daemon the tests use. */
export const SOCKET_PATH = process.env['TEST_DOCKER_SOCKET'] ?? '/var/run/docker.sock';

const MEBIBYTE = 1024 * 1024;

/** A sandbox as an operator without wishes has it, but for shorter waits. */
export const DOCKER_OPTIONS: DockerSandboxOptions = {
  socketPath: SOCKET_PATH,
  image: process.env['TEST_JOB_IMAGE'] ?? `spec-automation/job:${VERSION}`,
  runtime: undefined,
  isStrict: false,
  graceMs: 500,
  unwatchedMs: 60_000,
  limits: {
    memoryBytes: 2048 * MEBIBYTE,
    processes: 512,
    cpus: 2,
    workspaceBytes: 2048 * MEBIBYTE,
    workspaceFiles: 500_000,
  },
  reserveBytes: 256 * MEBIBYTE,
  gateway: {
    network: 'auto',
    egressAllow: [],
    budget: { requests: null, tokens: null, costUsd: null },
    networkEnv: {},
  },
};
