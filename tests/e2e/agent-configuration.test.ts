import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { openEngine, type EngineKitOptions } from '../support/engine-kit.ts';
import { git, makeRepository, temporaryDirectory } from '../support/git-repository.ts';
import { goodDocument, scriptedAgent } from '../support/scripted-agent.ts';

const SPEC = 'Users can export their list.';
/** What agents of many kinds would run, start or load, and two files of plain words. */
const HOSTILE = [
  '.agents/skills/evil/SKILL.md',
  '.aider.conf.yml',
  '.claude/settings.json',
  '.codex/config.toml',
  '.codex/hooks.json',
  '.cursor/mcp.json',
  '.env',
  '.env.local',
  '.envrc',
  '.gemini/settings.json',
  '.github/hooks/speckit.json',
  '.mcp.json',
  '.opencode/plugin/evil.js',
  '.vscode/tasks.json',
  'opencode.json',
  'packages/app/.claude/settings.local.json',
  'specs/000-old/.claude/settings.json',
];
const NEUTRALISED = HOSTILE.map((name) =>
  name
    .replace(/^((?:packages\/app\/|specs\/000-old\/)?\.[^/]+)\/.*$/u, '$1')
    .replace('.github', '.github/hooks'),
);
const TEXTS = ['AGENTS.md', 'CLAUDE.md', '.env.example'];

/** A repository in which every file, run by a shell as an agent would run its hooks, writes its name down. */
async function hostileRepository(marks: string): Promise<string> {
  const files = Object.fromEntries(
    [...HOSTILE, ...TEXTS].map((name) => [name, `echo ${name} >> '${marks}'\n`]),
  );
  return makeRepository({ files: { 'README.md': 'readme\n', ...files } });
}

const nothing = () => Promise.resolve([]);

/** Obeys what it finds; its first phase leaves configuration for the next. */
const obeyingAgent = scriptedAgent((invocation) => ({
  obeys: [...HOSTILE, ...TEXTS, '.kiro/hook', '.git/hooks/post-checkout'],
  files: {
    ...goodDocument(invocation),
    ...(invocation.phase === 'speckit_specify'
      ? {
          '.kiro/hook': 'echo left >> "$MARKS"\n',
          '.git/hooks/post-checkout': 'echo hooked\n',
          '.envrc': 'x\n',
        }
      : {}),
  },
  isFinishing: true,
}));

async function work(options: Partial<EngineKitOptions> = {}) {
  const marks = path.join(await temporaryDirectory(), 'marks');
  const repository = await hostileRepository(marks);
  await using engine = await openEngine({ agents: [obeyingAgent], ...options });
  const run = await engine.runToEnd({ repository, specText: SPEC });
  const read = (name: string) => engine.readText(run.run_id, name);
  const ran = (await readFile(marks, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  return {
    run,
    repository,
    ran: [...new Set(ran)].toSorted(),
    summary: JSON.parse(await read('run-summary.json')),
    discovered: await read('discover.stdout.log'),
    planned: await read('speckit_plan.stdout.log'),
    pullRequest: run.status === 'succeeded' ? await read('pull-request.md') : '',
  };
}

describe('a repository that tells agents what to do', () => {
  it('has no say, keeps its files, and is told of in the evidence', async () => {
    const seen = await work();
    expect(seen.run.status).toBe('succeeded');
    expect(seen.ran).toEqual(TEXTS.toSorted());

    const expected = [...new Set(NEUTRALISED)].toSorted();
    expect(seen.summary.neutralised).toEqual([...new Set([...expected, '.git/hooks', '.kiro'])].toSorted());
    for (const name of expected)
      expect(seen.discovered).toContain(`Kept from the agent, since agents obey it: ${name}\n`);
    expect(seen.planned).toContain('Set aside, since agents obey it: .kiro\n');

    // Nothing of it counts as deleted: not in what is published, nor in what is listed as left out.
    const changed = await git(seen.repository, 'diff', '--name-only', 'main', seen.run.branch_name ?? '');
    expect(changed.split('\n').every((name) => /^specs\/001-[\w-]+\/\w+\.md$/u.test(name))).toBe(true);
    expect(seen.pullRequest).not.toMatch(/\.claude|\.codex|\.vscode|\.mcp/u);
  });

  it('would have a say, were nothing kept from the agent', async () => {
    const seen = await work({
      change: (deps) => ({ ...deps, workspaces: { ...deps.workspaces, setAside: nothing } }),
    });
    expect(seen.ran).toEqual([...HOSTILE, ...TEXTS].toSorted());
  });
});

it('agent configuration below the feature folder is not published', async () => {
  const agent = scriptedAgent((invocation) => ({
    files: { ...goodDocument(invocation), [`${invocation.featureDirectory}/.mcp.json`]: '{}' },
    isFinishing: true,
  }));
  await using engine = await openEngine({ agents: [agent] });
  const repository = await makeRepository({ files: { 'README.md': 'readme\n' } });
  const run = await engine.runToEnd({ repository, specText: SPEC });
  expect(run).toMatchObject({ status: 'failed', reason: 'policy_refused' });
  expect(run.reason_text).toContain('agents would obey a file of this name');
});
