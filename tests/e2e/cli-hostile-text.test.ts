import { describe, expect, it } from 'vitest';

import { artifacts, logs, show } from '../../src/cli/commands/runs.ts';
import { showProgress } from '../../src/cli/show-progress.ts';
import { fakeCliContext } from '../support/cli-context.ts';
import { runCli } from '../support/cli.ts';
import { openEngine } from '../support/engine-kit.ts';
import { makeRepository, temporaryDirectory } from '../support/git-repository.ts';
import { goodDocument, scriptedAgent } from '../support/scripted-agent.ts';

const EVIL = 'x\u{1B}[31m\u{9B}2J\u{202E}\u{200B}y';
const SHOWN = String.raw`x\x1b[31m\x9b2J\u202e\u200by`;
const OBEYED = /[[\p{Cc}\p{Cf}]--[\n\t]]/v;

describe('what a caller types', () => {
  const commands: readonly (readonly string[])[] = [
    ['run', '--repo', '.', '--text', 'a', '--agent', EVIL],
    ['run', '--repo', '.', '--spec', EVIL],
    ['run', '--repo', '.', EVIL],
    ['runs', 'show', EVIL],
    ['runs', 'list', '--status', EVIL],
    ['runs', 'logs', 'abcd', '--phase', EVIL],
    [EVIL],
  ];
  for (const args of commands) {
    it(`is shown and not obeyed: ${JSON.stringify(args.slice(0, -1))}`, async () => {
      const home = await temporaryDirectory();
      const { exitCode, stderr } = await runCli(args, { home });
      expect(exitCode).toBe(2);
      expect(stderr).toContain(SHOWN);
      expect(stderr).not.toMatch(OBEYED);
    });
  }

  it('is the same in JSON, and not obeyed there either', async () => {
    const home = await temporaryDirectory();
    const { stdout } = await runCli(['runs', 'show', EVIL, '--json'], { home });
    expect(stdout).not.toMatch(OBEYED);
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: expect.stringContaining(EVIL) } });
  });
});

/** A run whose agent says hostile things wherever it can: progress, output and questions. */
async function openHostile() {
  const agent = scriptedAgent((invocation) => ({
    files: goodDocument(invocation, `\n- [NEEDS CLARIFICATION: how about ${EVIL}?]\n`),
    isFinishing: true,
    chats: EVIL,
  }));
  const engine = await openEngine({ agents: [agent] });
  const repository = await makeRepository({ files: { 'README.md': '# Library\n' } });
  const { run_id: runId } = await engine.runToEnd({ repository, specText: 'Renew a loan' });
  return { engine, runId, ...fakeCliContext(engine.app) };
}

describe('what an agent says', () => {
  it('is shown and not obeyed, in questions, logs and progress', async () => {
    const { engine, runId, context, said } = await openHostile();
    await using _ = engine;
    await show(context, { runId });
    expect(said.stdout).toContain(`how about ${SHOWN}?`);
    await logs(context, { runId });
    expect(said.stdout).toContain(`speckit_specify stdout: ${SHOWN}`);
    expect(said.stdout).toContain(`speckit_specify: ${SHOWN}`);
    await showProgress(context, engine.app.follow(runId));
    expect(said.stderr).toContain(`speckit_specify: ${SHOWN}`);
    expect(said.stdout + said.stderr).not.toMatch(OBEYED);
  });

  it('is the same in JSON, and not obeyed there either', async () => {
    const { engine, runId, context, said } = await openHostile();
    await using _ = engine;
    await show(context, { runId, json: true });
    expect(JSON.parse(said.stdout)).toEqual(await engine.app.get(runId));
    await logs(context, { runId, json: true });
    expect(said.stdout).not.toMatch(OBEYED);
  });

  it('is handed out byte for byte as evidence', async () => {
    const { engine, runId, context, said } = await openHostile();
    await using _ = engine;
    const name = 'specs/001-renew-loan/spec.md';
    await artifacts(context, { runId, get: name });
    expect(said.stdout).toContain(EVIL);
    expect(said.stdout).toBe(await engine.readText(runId, name));
  });
});
