import { z } from 'zod';

import { agentConfigurationOf } from '../../domain/agent-configuration.ts';
import { SCAFFOLD_PACK } from '../../domain/scaffold.ts';
import { digestParts } from '../../lib/digest-parts.ts';
import type { PromptTemplate } from '../../prompt/port.ts';
import { chooseFeature } from '../choose-feature.ts';
import { findPrompts } from '../find-prompts.ts';
import type { PhaseLog } from '../phase-log.ts';
import { readTree, type CommitTree } from '../read-tree.ts';
import type { Step } from '../run-phase.ts';
import type { PhaseOutputs } from '../phase-outputs.ts';
import { agentOf, outputOf, type RunSession } from '../run-session.ts';
import { scaffoldOf } from '../scaffold.ts';
import { surveyFeatures, type Feature } from '../survey-features.ts';

const NEUTRALISED_SHOWN = 100;
const INIT_OPTIONS = '.specify/init-options.json';

/** Read the base tree: Spec Kit or not, features and their tasks, prompts; choose the feature folder and what is left to do. */
export const discover: Step<'discover'> = {
  phase: 'discover',
  async run(session, { log }) {
    const tree = await readTree(session, outputOf(session, 'git_clone').commit);
    const features = await surveyFeatures(tree);
    const options = await readInitOptions(tree);
    reportFindings(log, { tree, features, specKitVersion: options.version });

    const { folder, existing } = await chooseFeature(session, features, options.isTimestamped);
    const featureDirectory = `specs/${folder}`;
    await session.deps.store.updateRun(session.fence, { featureDirectory });
    log.out(existing === undefined ? `New feature ${featureDirectory}` : `Continuing ${featureDirectory}`);

    const templates = await findPrompts(session, tree);
    const pack = describePack(templates);
    log.out(`Prompts: ${pack.origins}`);
    const scaffold = await describeScaffold(session, templates, log);
    await session.deps.store.saveAgentConfig(session.fence, {
      agent: session.run.agent,
      agentVersion: outputOf(session, 'prepare_job').agentVersion,
      sandbox: session.run.sandbox,
      promptPack: pack.promptPack,
      promptPackVersion: pack.promptPackVersion,
      promptPackDigest: pack.promptPackDigest,
    });
    log.out(`Agent ${agentOf(session).name} will write to ${featureDirectory}`);
    const neutralised = agentConfigurationOf(tree.paths)
      .slice(0, NEUTRALISED_SHOWN)
      .map((path) => session.deps.redactor.redact(path));
    for (const path of neutralised) log.out(`Kept from the agent, since agents obey it: ${path}`);
    const { promptPack, promptPackVersion, promptPackDigest } = pack;
    const completeCommands = [...(existing?.completeCommands ?? [])];
    const isNewFeature = existing === undefined;
    return {
      output: {
        featureDirectory,
        isNewFeature,
        completeCommands,
        promptPack,
        promptPackVersion,
        promptPackDigest,
        neutralised,
        scaffold,
      },
    };
  },
};

interface Findings {
  readonly tree: CommitTree;
  readonly features: readonly Feature[];
  readonly specKitVersion: string | undefined;
}

function reportFindings(log: PhaseLog, { tree, features, specKitVersion }: Findings): void {
  const hasSpecKit = tree.paths.some((path) => path.startsWith('.specify/'));
  log.out(`${tree.paths.length} files`);
  log.out(
    hasSpecKit
      ? `Spec Kit ${specKitVersion ?? 'of unknown version'} is installed`
      : 'Spec Kit is not installed',
  );
  for (const { folder, completeCommands, tasksDone, tasksOpen } of features) {
    const done = completeCommands.join(', ') || 'nothing';
    log.out(`Feature ${folder}: complete: ${done}; tasks: ${tasksDone} done, ${tasksOpen} open`);
  }
}

const InitOptions = z.object({
  speckit_version: z.string().optional(),
  feature_numbering: z.string().optional(),
});

/** A broken options file of the repository counts as none. */
async function readInitOptions(
  tree: CommitTree,
): Promise<{ version: string | undefined; isTimestamped: boolean }> {
  const text = (await tree.readText(INIT_OPTIONS)) ?? '{}';
  const { data } = InitOptions.safeParse(parseJson(text));
  return { version: data?.speckit_version, isTimestamped: data?.feature_numbering === 'timestamp' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describePack(templates: readonly PromptTemplate[]) {
  return {
    promptPack: distinct(templates.map(({ pack }) => pack)),
    promptPackVersion: distinct(templates.map(({ version }) => version)),
    promptPackDigest: digestParts(templates.map(({ body }) => body)),
    origins: templates.map(({ origin }) => origin).join(', '),
  };
}

/** The image's files are used as a whole or not at all: its prompts call its scripts and fill its templates. */
async function describeScaffold(
  session: RunSession,
  templates: readonly PromptTemplate[],
  log: PhaseLog,
): Promise<PhaseOutputs['discover']['scaffold']> {
  if (!templates.some(({ pack }) => pack === SCAFFOLD_PACK)) return null;
  const { laid, digest } = await scaffoldOf(session);
  log.out(`Spec Kit of the sandbox's image: ${laid.size} files for the working copy (sha256 ${digest})`);
  return { digest, files: laid.size };
}

function distinct(values: readonly string[]): string {
  return [...new Set(values)].join('+');
}
