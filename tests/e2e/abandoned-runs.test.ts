import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { cancel, logs, show } from '../../src/cli/commands/runs.ts';
import type { Queue } from '../../src/queue/port.ts';
import { fakeCliContext } from '../support/cli-context.ts';
import { openEngine } from '../support/engine-kit.ts';
import { makeRepository } from '../support/git-repository.ts';
import { obedientAgent } from '../support/scripted-agent.ts';

/** Nobody hears it ring. */
const DEAF: Queue = {
  ring: () => Promise.resolve(),
  listen: () => ({ [Symbol.asyncDispose]: () => Promise.resolve() }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** A run somebody claimed and will never renew, as a worker leaves it that was killed. */
async function openAbandoned(ttlMs = 1) {
  const engine = await openEngine({
    agents: [obedientAgent()],
    settings: { leaseTtlMs: 1_500, leaseRenewMs: 300 },
    overrides: { queue: DEAF },
  });
  const repository = await makeRepository({ files: { 'README.md': '# Library\n' } });
  const { run_id: runId } = await engine.app.submit({ repository, specText: 'Renew a loan' });
  await engine.deps.store.claimRun({ runId, owner: 'dead', ttlMs });
  await sleep(20);
  return { engine, runId, ...fakeCliContext(engine.app) };
}

describe('a run whose worker died', () => {
  it('ends when it is cancelled', async () => {
    const { engine, runId, context, said } = await openAbandoned();
    await using _ = engine;
    await cancel(context, { runId });
    expect(said.stdout).toBe(`Run ${runId}: cancelled\n`);
    expect(await engine.app.get(runId)).toMatchObject({ status: 'cancelled', reason: 'cancelled' });
  });

  it('is shown as one, with what to do', async () => {
    const { engine, runId, context, said } = await openAbandoned();
    await using _ = engine;
    await show(context, { runId });
    expect(said.stdout).toMatch(/^what now +Its worker is gone\. .*runs retry .*runs recover/mu);
    expect(await engine.app.get(runId)).toMatchObject({ status: 'in_progress', is_abandoned: true });
  });

  it('is not followed for ever, and the follower is told why', async () => {
    const { engine, runId, context, said } = await openAbandoned();
    await using _ = engine;
    await logs(context, { runId, follow: true });
    expect(said.stdout).toContain('run: taken up by dead\n');
    expect(said.stderr).toMatch(/worker is gone.*runs retry/u);
  });

  it('is not taken for one while its lease lasts', async () => {
    const { engine, runId, context, said } = await openAbandoned(60_000);
    await using _ = engine;
    await show(context, { runId });
    expect(said.stdout).not.toContain('worker is gone');
    await cancel(context, { runId });
    expect(said.stdout).toContain(`Run ${runId}: asked to stop\n`);
    expect((await engine.app.get(runId)).status).toBe('in_progress');
  });

  it('is found by patient recovery while its lease still lasts, and one that is renewed is left alone', async () => {
    const { engine, runId } = await openAbandoned(1_000);
    await using _ = engine;
    const repository = await makeRepository({ files: { 'README.md': '# Library\n' } });
    const { run_id: livingId } = await engine.app.submit({ repository, specText: 'Renew a card' });
    const living = await engine.deps.store.claimRun({ runId: livingId, owner: 'alive', ttlMs: 60_000 });
    expect(await engine.app.recover()).toEqual([]);
    if (living === undefined) throw new Error('nobody else is here');
    const found = engine.app.recover({ isPatient: true });
    await engine.deps.store.renewLease(living.fence, 60_000);
    expect(await found).toEqual([runId]);
  });
});
