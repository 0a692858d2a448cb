import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { openEngine, type EngineKit } from '../support/engine-kit.ts';
import { git, makeRepository } from '../support/git-repository.ts';
import { goodDocument, scriptedAgent } from '../support/scripted-agent.ts';
import { leaks, TRANSFORMS } from '../support/secret-transforms.ts';

const SECRET = 'sk-proj-q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQiW0xBzVtCyNrPlHkDmSgF';
const OTHER = `sk-proj-${'Z'.repeat(SECRET.length - 8)}`;
const FILES = { 'README.md': 'readme\n' };
const SPEC = 'Users can export their list.';
const ENCODED = Buffer.from(`token: ${SECRET}`).toString('base64');

describe('a secret the agent knows', () => {
  it('is masked in logs, events, errors and the database, and never published', async () => {
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation, `\nUse this: ${ENCODED}\n`),
      says: [`plain ${SECRET}`, `folded ${SECRET.slice(0, 20)}`, SECRET.slice(20), `encoded ${ENCODED}`],
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent], secrets: [SECRET] });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'secret_in_output', branch_name: null });
    expect(run.reason_text).toMatch(/specs\/001-[\w-]+\/plan\.md, line \d+ \(registered\)/u);
    expect(await engine.readText(run.run_id, 'speckit_plan.stdout.log')).toContain('***REDACTED***');
    expect(await git(repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    expect(await filesLeaking(engine)).toEqual([]);
  });

  it('is masked in the words of an agent that fails, and in what its run says of them', async () => {
    const agent = scriptedAgent(() => ({ fails: `the key ${SECRET} is bad`, exitCode: 1 }));
    await using engine = await openEngine({ agents: [agent], secrets: [SECRET] });
    const repository = await makeRepository({ files: FILES });
    const run = await engine.runToEnd({ repository, specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'agent_failed' });
    expect(run.reason_text).toContain('***REDACTED***');
    expect(await filesLeaking(engine)).toEqual([]);
  });

  it('nobody registered is found by its form before it is published', async () => {
    const agent = scriptedAgent((invocation) => ({
      files: goodDocument(invocation, '\nAKIAABCDEFGHIJKLMNOP\n'),
      isFinishing: true,
    }));
    await using engine = await openEngine({ agents: [agent] });
    const run = await engine.runToEnd({ repository: await makeRepository({ files: FILES }), specText: SPEC });
    expect(run).toMatchObject({ status: 'failed', reason: 'secret_in_output' });
    expect(run.reason_text).toContain('aws access key id');
  });
});

/** Files of the state directory that give the secret away in any form. */
async function filesLeaking({ home }: EngineKit): Promise<readonly string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  expect(names.length).toBeGreaterThan(20);
  const found = await Promise.all(names.map(async (name) => ((await isLeaking(name)) ? [name] : [])));
  return found.flat();
}

async function isLeaking(name: string): Promise<boolean> {
  const content = await readFile(name);
  return TRANSFORMS.some(({ apply }) =>
    leaks(content, { transformed: apply(SECRET), ordinary: apply(OTHER), length: SECRET.length }),
  );
}
