import path from 'node:path';
import Docker from 'dockerode';

import { INSIDE } from '../../src/sandbox/docker/container-spec.ts';
import { dockerSandbox } from '../../src/sandbox/docker/docker-sandbox.ts';
import { sandboxContract } from '../contract/sandbox-contract.ts';
import { DOCKER_OPTIONS, SOCKET_PATH } from '../support/docker-options.ts';

const AGENTS = path.resolve(import.meta.dirname, '../support/agents');
const docker = new Docker({ socketPath: SOCKET_PATH });

/** Containers of a run that are there and run, by name. */
async function runningOf(runId: string): Promise<readonly string[]> {
  const filters = { label: [`spec-automation.run=${runId}`], status: ['running'] };
  return (await docker.listContainers({ filters })).flatMap(({ Names: names }) => names);
}

sandboxContract({
  name: 'docker',
  sandbox: dockerSandbox(DOCKER_OPTIONS),
  agent: (file, ...args) => [file.endsWith('.ts') ? 'node' : '/bin/sh', path.join(AGENTS, file), ...args],
  leftOf: runningOf,
  seenAt: () => ({
    work: INSIDE.repo,
    home: INSIDE.home,
    temporary: INSIDE.temporary,
    streams: path.dirname(INSIDE.stdin),
  }),
});
