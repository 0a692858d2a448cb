import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { ON_HOST } from '../src/domain/surroundings.ts';
import type { Agent, AgentInvocation } from '../src/agent/port.ts';

/** What somebody would write by hand instead of using this project; nothing is kept, checked or held. */
const SCRIPT = `set -e
git clone --quiet --branch main -- "$REPOSITORY" repo
cd repo
for prompt in "$PROMPTS"/*; do "$@" < "$prompt" > "../$(basename "$prompt").jsonl" 2> "../$(basename "$prompt").err"; done
git add specs
git -c user.name=Bench -c user.email=bench@example.com commit --quiet -m 'chore(spec-kit): apply specify/plan/tasks'
git push --quiet origin "HEAD:refs/heads/by-hand/$BRANCH"
`;

export interface ShellScript {
  /** Run it once, in folders of its own. */
  readonly run: () => Promise<void>;
}

interface ScriptPlan {
  readonly root: string;
  readonly repository: string;
  readonly agent: Agent;
  /** One for each phase. */
  readonly prompts: readonly string[];
}

/** What the agent is told of, whichever phase it is. */
export function invocationFor(prompts: readonly string[]): AgentInvocation {
  return {
    phase: 'speckit_specify',
    specKitCommand: 'specify',
    prompt: prompts.join('\n'),
    specText: '',
    requestedOn: '2026-01-01',
    featureDirectory: 'specs/001-x',
    branchName: 'by-hand',
    clarifications: [],
    notes: null,
    surroundings: ON_HOST,
  };
}

/** Prepare the script with the agent's own program, arguments, environment and files. */
export async function shellScript({ root, repository, agent, prompts }: ScriptPlan): Promise<ShellScript> {
  const folder = path.join(root, 'prompts');
  await mkdir(folder);
  for (const [index, prompt] of prompts.entries()) await writeFile(path.join(folder, `${index}.md`), prompt);
  const { argv, env, homeFiles } = agent.command(invocationFor(prompts));
  const runs = { count: 0 };
  return {
    async run() {
      runs.count += 1;
      const work = await mkdtemp(path.join(root, 'by-hand-'));
      for (const [name, content] of Object.entries(homeFiles)) {
        const file = path.join(work, 'home', name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, content);
      }
      const places = { HOME: path.join(work, 'home'), REPOSITORY: repository, PROMPTS: folder };
      const variables = { ...env, ...places, PATH: process.env['PATH'] ?? '', BRANCH: String(runs.count) };
      await promisify(execFile)('/bin/sh', ['-c', SCRIPT, 'by-hand', ...argv], { cwd: work, env: variables });
      await rm(work, { recursive: true });
    },
  };
}
