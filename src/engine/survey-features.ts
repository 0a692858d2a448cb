import { documentProblem, isWrittenFor, openQuestions, parseTasks } from '../domain/feature-documents.ts';
import { featureNumberOf } from '../domain/naming.ts';
import { AGENT_PHASES, type SpecKitCommand } from '../domain/phases.ts';
import type { CommitTree } from './read-tree.ts';

/** A feature folder of the repository and how far it is. */
export interface Feature {
  readonly folder: string;
  readonly number: number | null;
  /** Commands whose documents are there, filled in, and without open questions. */
  readonly completeCommands: readonly SpecKitCommand[];
  readonly tasksDone: number;
  readonly tasksOpen: number;
  readonly specText: string;
}

/** More features than this are listed by name only; the newest are read. */
const FEATURES_READ = 200;

/** The feature folders below `specs/`, by name. */
export async function surveyFeatures(tree: CommitTree): Promise<readonly Feature[]> {
  const folders = [
    ...new Set(tree.paths.flatMap((path) => /^specs\/([^/]+)\//u.exec(path)?.[1] ?? [])),
  ].toSorted();
  const read = folders.slice(-FEATURES_READ);
  const wanted = read.flatMap((folder) => AGENT_PHASES.map(({ document }) => `specs/${folder}/${document}`));
  const texts = await tree.readTexts(wanted);
  return folders.map((folder) =>
    describeFeature(folder, (document) => texts.get(`specs/${folder}/${document}`) ?? ''),
  );
}

/** The feature a spec text was already written up in; the newest when there are several. */
export function findFeatureFor(features: readonly Feature[], specText: string): Feature | undefined {
  return features.findLast((feature) => isWrittenFor(feature.specText, specText));
}

/** The highest sequential number in use; 0 when there is none. */
export function highestNumber(features: readonly Feature[]): number {
  return Math.max(0, ...features.map((feature) => feature.number ?? 0));
}

function describeFeature(folder: string, textOf: (document: string) => string): Feature {
  const specText = textOf('spec.md');
  const tasks = parseTasks(textOf('tasks.md'));
  const tasksDone = tasks.filter((task) => task.isDone).length;
  const complete = AGENT_PHASES.filter(
    ({ command, document }) => documentProblem(command, textOf(document)) === undefined,
  );
  const hasQuestions = openQuestions(specText).length > 0;
  return {
    folder,
    number: featureNumberOf(folder),
    completeCommands: complete
      .map(({ command }) => command)
      .filter((command) => command !== 'specify' || !hasQuestions),
    tasksDone,
    tasksOpen: tasks.length - tasksDone,
    specText,
  };
}
