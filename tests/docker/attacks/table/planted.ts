import { readdir } from 'node:fs/promises';

import { codexCliAgent } from '../../../../src/agent/codex-cli/codex-cli.ts';
import type { Agent } from '../../../../src/agent/port.ts';
import { INSIDE } from '../../../../src/sandbox/docker/container-spec.ts';
import { trusting } from '../../../support/codex.ts';
import { git } from '../../../support/git-repository.ts';
import { startModelServer } from '../../../support/model-server.ts';
import { plantedFiles } from '../../../support/planted-codex.ts';
import { demand, type Attack, type Seen } from '../attack.ts';
import { ending, hostileRun } from '../hostile-run.ts';
import type { Rig } from '../rig.ts';

const REPOSITORY_CONFIG: Attack = {
  id: 'T-09',
  attempted: 'have files of the repository run programs: .codex, .claude, .mcp.json, .env, start files',
  control: { off: 'a Codex that trusts the repository, and finds its files' },
  attempt: (rig) => withPlanted(rig, ({ marks }) => marks.length > 0),
};

const REPOSITORY_MODEL: Attack = {
  id: 'T-10',
  attempted: "have files of the repository send the model's calls, and its key, elsewhere",
  control: { none: 'no project may say where they go, trusted or not: T-09 tries it with trust as well' },
  attempt: (rig) => withPlanted(rig, ({ evilCalls, hasTouched }) => evilCalls > 0 || hasTouched),
};

interface PlantedSeen {
  readonly marks: readonly string[];
  readonly evilCalls: number;
  /** Whether a planted file was changed in what was published. */
  readonly hasTouched: boolean;
}

/** A run of Codex on a repository that tells it what to do. */
async function withPlanted(rig: Rig, hasSucceeded: (seen: PlantedSeen) => boolean): Promise<Seen> {
  await using model = await startModelServer({ script: 'writes the documents' });
  await using evil = await startModelServer({ script: 'writes the documents' });
  const files = plantedFiles(INSIDE.home, evil.baseUrl);
  const codex = codexInImage(model.baseUrl);
  const trustful: Agent = { ...codex, command: (task) => trusting(codex.command(task), INSIDE.repo) };
  const marks = new Set<string>();
  let seen: Seen | undefined;
  await hostileRun(rig, {
    behave: () => '',
    agent: rig.isLoose ? trustful : codex,
    keepsConfiguration: rig.isLoose,
    files,
    afterPhase: async ({ homeDirectory }) => {
      for (const name of await readdir(homeDirectory)) if (!name.startsWith('.')) marks.add(name);
    },
    look: async ({ run, repository }) => {
      if (model.requests.length < 6) throw new Error(`${ending(run)} after ${model.requests.length} calls`);
      const changed = await git(repository, 'diff', '--name-only', 'main', run.branch_name ?? 'main');
      const hasTouched = changed.split('\n').some((name) => Object.hasOwn(files, name));
      seen = {
        hasSucceeded: hasSucceeded({ marks: [...marks], evilCalls: evil.requests.length, hasTouched }),
        evidence: `${ending(run)}; run: ${[...marks].join(' ') || 'nothing'}; ${evil.requests.length} calls elsewhere, ${model.requests.length} to the model`,
      };
    },
  });
  return demand(seen);
}

function codexInImage(baseUrl: string) {
  const agent = codexCliAgent({
    searchPath: '/usr/bin:/bin',
    packageDirectory: '/nonexistent',
    program: undefined,
    apiKey: 'sk-test-canary-7391',
    model: 'gpt-5.5',
    profile: undefined,
    operatorHome: '/nonexistent',
    environmentName: undefined,
    baseUrl,
    networkEnv: {},
  });
  // Of the image, not of this machine.
  return { ...agent, checkSettings: () => Promise.resolve(), detectVersion: () => Promise.resolve('0.0.0') };
}

/** What a repository says to the agent that works on it. */
export const PLANTED: readonly Attack[] = [REPOSITORY_CONFIG, REPOSITORY_MODEL];
