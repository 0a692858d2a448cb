import Docker from 'dockerode';
import { describe, expect, it } from 'vitest';

import type { ReasonCode } from '../../src/domain/reasons.ts';
import { expectError, FAILURES, filesWith, finishedRun } from '../support/codex-runs.ts';
import { TEST_KEY } from '../support/codex.ts';
import { temporaryDirectory } from '../support/git-repository.ts';
import { DOCKER_OPTIONS, SOCKET_PATH } from '../support/docker-options.ts';
import { scriptNamed, startModelServer, type ModelScriptName } from '../support/model-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { watchContainers } from '../support/watch-containers.ts';

const ENV = { SPEC_AUTOMATION_SANDBOX: 'docker', SPEC_AUTOMATION_JOB_IMAGE: DOCKER_OPTIONS.image };
const PATIENT_MS = 110_000;
/** What the gateway makes of a model that breaks off, and Codex of that. */
const OTHERWISE: Partial<Record<ModelScriptName, { readonly code: ReasonCode; readonly says: RegExp }>> = {
  reset: { code: 'model_unreachable', says: /502/u },
};

const docker = new Docker({ socketPath: SOCKET_PATH });

describe('the real Codex CLI in the real image', () => {
  it('writes the documents through the gateway, and the key is nowhere it can look', async () => {
    await using model = await startModelServer({ script: 'writes the documents' });
    const watching = watchContainers();
    const { run, home } = await finishedRun(model.baseUrl, { env: ENV });
    const { names, texts } = await watching.stop();
    expect(run).toMatchObject({ status: 'succeeded', agent: 'codex_cli' });
    expect(model.requests).toHaveLength(6);
    expect(model.requests.every(({ headers }) => headers.authorization === `Bearer ${TEST_KEY}`)).toBe(true);
    // Other tests have containers, too.
    const ours = names.filter((name) => name.includes(run.run_id));
    expect(ours.filter((name) => name.includes('gateway'))).toHaveLength(1);
    expect(ours.filter((name) => name.includes('speckit'))).toHaveLength(3);
    expect(Object.keys(texts).filter((name) => texts[name]?.includes(TEST_KEY))).toEqual([]);
    expect(await filesWith(home, TEST_KEY)).toEqual([]);
    const left = await docker.listContainers({
      all: true,
      filters: { label: [`spec-automation.run=${run.run_id}`] },
    });
    expect(left).toEqual([]);
  });

  it.each(FAILURES)('$script: its reason and its remedy', { timeout: PATIENT_MS }, async (failure) => {
    await using model = await startModelServer({ script: failure.script });
    const { run, home } = await finishedRun(model.baseUrl, { env: { ...ENV, ...failure.env } });
    expectError(run, { ...failure, ...OTHERWISE[failure.script] });
    expect(await filesWith(home, TEST_KEY)).toEqual([]);
  });

  it('nobody there: model_unreachable', { timeout: PATIENT_MS }, async () => {
    const { run } = await finishedRun('http://127.0.0.1:1/v1', { env: ENV });
    expectError(run, { code: 'model_unreachable', says: /502/u, attempts: 1 });
  });

  it('ends when its budget is used up, and no phase begins after that', async () => {
    await using model = await startModelServer({ script: 'writes the documents' });
    const env = { ...ENV, SPEC_AUTOMATION_MAX_MODEL_REQUESTS: '3' };
    const { run } = await finishedRun(model.baseUrl, { env });
    expect(run).toMatchObject({ status: 'failed', reason: 'budget_exceeded' });
    expect(model.requests).toHaveLength(3);
    const tasks = run.phases.find(({ phase }) => phase === 'speckit_tasks');
    expect(tasks?.status).toBe('skipped');
  });

  it('whose gateway is killed has its phase tried again, with another gateway', async () => {
    await using model = await startModelServer({ script: scriptNamed('slow:400') });
    const home = await temporaryDirectory();
    const killing = killGatewayIn(home);
    const { run } = await finishedRun(model.baseUrl, { env: ENV, home });
    await killing;
    // It is tried again, with another one.
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(run.phases.filter(({ reason }) => reason === 'gateway_lost')).toHaveLength(1);
    const filters = { label: [`spec-automation.run=${run.run_id}`] };
    expect(await docker.listContainers({ all: true, filters })).toEqual([]);
  });
});

/** Of a run whose agent works: then its gateway does, too. */
async function killGatewayIn(home: string): Promise<void> {
  const find = async () => {
    const filters = { label: ['spec-automation.run'], status: ['running'] };
    const running = await docker.listContainers({ filters });
    const runsWith = (role: string) =>
      running.flatMap(({ Id: id, Labels: labels, Mounts: mounts }) =>
        labels['spec-automation.role'] === role &&
        mounts.some(({ Source: source }) => source.startsWith(home))
          ? [{ id, run: labels['spec-automation.run'] }]
          : [],
      );
    const agents = new Set(runsWith('agent').map(({ run }) => run));
    return runsWith('gateway').find(({ run }) => agents.has(run));
  };
  await waitFor(async () => (await find()) !== undefined, {
    timeoutMs: 30_000,
    what: 'an agent and its gateway',
  });
  const gateway = await find();
  if (gateway === undefined) throw new Error('the gateway is gone');
  await docker.getContainer(gateway.id).kill();
}
