import { expect, it, onTestFinished } from 'vitest';

import { dockerSandbox } from '../../src/sandbox/docker/docker-sandbox.ts';
import { DOCKER_OPTIONS } from '../support/docker-options.ts';
import { executionKit, linesOf } from '../support/process-executions.ts';

const kit = executionKit(dockerSandbox(DOCKER_OPTIONS));

it.each([false, true])('works under a umask that lets nobody else in (gateway: %s)', async (needsNetwork) => {
  const before = process.umask(0o077);
  onTestFinished(() => void process.umask(before));
  const execution = await kit.start(['/bin/cat'], { stdin: 'the prompt\n', needsNetwork });
  expect(await execution.result).toMatchObject({ ending: 'exited', exitCode: 0 });
  expect(linesOf(execution, 'stdout')).toEqual(['the prompt']);
});
