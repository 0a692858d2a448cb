import { isAgentConfiguration } from './agent-configuration.ts';
import { fold, NAME_RULES } from './path-rules.ts';
import { quote } from './validate.ts';

/** Folders a run may change in a repository. */
export const ALLOWED_PREFIXES: readonly string[] = ['specs', '.specify/memory'];

/** How much one run may publish. */
export interface PublishLimits {
  readonly maxFiles: number;
  readonly maxTotalBytes: number;
}

export const DEFAULT_PUBLISH_LIMITS: PublishLimits = { maxFiles: 100, maxTotalBytes: 4 * 1024 * 1024 };

/** Something below the allowed folders that is new or differs from the base. */
export interface PublishEntry {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'directory' | 'other';
  readonly isExecutable: boolean;
  readonly sizeBytes: number;
  /** True when the base has this file and it is executable there. */
  readonly wasExecutable: boolean;
}

/** Why something may not be published; `path` names the allowed folders when it is about all of them together. */
export interface PublishProblem {
  readonly path: string;
  readonly problem: string;
}

export interface PublishCandidate {
  readonly entries: readonly PublishEntry[];
  /** Paths of the base that the result keeps, wherever they are. */
  readonly basePaths: readonly string[];
  readonly allowedPrefixes: readonly string[];
  /** `DEFAULT_PUBLISH_LIMITS` when absent. */
  readonly limits?: PublishLimits;
}

interface EntryRule {
  readonly isBroken: (entry: PublishEntry) => boolean;
  readonly problem: string;
}

const KIND_RULES: readonly EntryRule[] = [
  { isBroken: ({ path }) => isAgentConfiguration(path), problem: 'agents would obey a file of this name' },
  { isBroken: ({ kind }) => kind === 'link', problem: 'it is a symbolic link' },
  { isBroken: ({ kind }) => kind === 'other', problem: 'it is a socket, a pipe or a device' },
  {
    isBroken: ({ kind, isExecutable, wasExecutable }) => kind === 'file' && isExecutable && !wasExecutable,
    problem: 'it is executable and was not before',
  },
];

/** Judge what an agent left behind before any of it becomes a commit; an empty list means it may be published. */
export function checkPublishPaths(candidate: PublishCandidate): readonly PublishProblem[] {
  return [
    ...candidate.entries.flatMap((entry) => entryProblems(entry, candidate.allowedPrefixes)),
    ...collisions(candidate),
    ...bareRepositories(candidate),
    ...limitProblems(candidate),
  ];
}

function entryProblems(entry: PublishEntry, allowedPrefixes: readonly string[]): readonly PublishProblem[] {
  const isAllowed = allowedPrefixes.some((prefix) => entry.path.startsWith(`${prefix}/`));
  const problem =
    NAME_RULES.find((rule) => rule.isBroken(entry.path))?.problem ??
    (isAllowed ? undefined : `it is not below ${allowedPrefixes.join(' or ')}`) ??
    KIND_RULES.find((rule) => rule.isBroken(entry))?.problem;
  return problem === undefined ? [] : [{ path: entry.path, problem }];
}

/** Two spellings that one file system takes for the same name would overwrite each other in somebody's checkout. */
function collisions(candidate: PublishCandidate): readonly PublishProblem[] {
  const baseSteps = new Set(nearbyBasePaths(candidate).flatMap(steps));
  const spellings = new Map([...baseSteps].map((step) => [fold(step), step]));
  return candidate.entries.flatMap(({ path }) => {
    const added = steps(path).filter((step) => !baseSteps.has(step));
    const clash = added.map((step) => [step, spellings.get(fold(step)) ?? step] as const);
    for (const [step, known] of clash) spellings.set(fold(step), known);
    const other = clash.find(([step, known]) => step !== known)?.[1];
    return other === undefined ? [] : [{ path, problem: `some systems cannot tell it from ${quote(other)}` }];
  });
}

/** A folder that looks like a repository makes git obey its configuration as soon as somebody enters it. */
function bareRepositories(candidate: PublishCandidate): readonly PublishProblem[] {
  const paths = [...nearbyBasePaths(candidate), ...candidate.entries.map((entry) => entry.path)];
  const known = new Set(paths.map(fold).flatMap(steps));
  return candidate.entries.flatMap(({ path }) => {
    const folders = steps(path).slice(0, -1);
    const repository = folders.find((folder) =>
      ['head', 'objects', 'refs'].every((part) => known.has(`${fold(folder)}/${part}`)),
    );
    return repository === undefined
      ? []
      : [{ path, problem: `${quote(repository)} looks like a git repository` }];
  });
}

function limitProblems(candidate: PublishCandidate): readonly PublishProblem[] {
  const { limits = DEFAULT_PUBLISH_LIMITS, allowedPrefixes } = candidate;
  const files = candidate.entries.filter((entry) => entry.kind !== 'directory');
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const path = allowedPrefixes.join(', ');
  return [
    ...(files.length > limits.maxFiles
      ? [{ path, problem: `${files.length} files changed, and at most ${limits.maxFiles} may` }]
      : []),
    ...(totalBytes > limits.maxTotalBytes
      ? [
          {
            path,
            problem: `the changed files have ${totalBytes} bytes, and at most ${limits.maxTotalBytes} may`,
          },
        ]
      : []),
  ];
}

/** Base paths that share their outermost folder with an entry: a large repository has few of them. */
function nearbyBasePaths({ entries, basePaths }: PublishCandidate): readonly string[] {
  const roots = new Set(entries.map((entry) => rootOf(entry.path)));
  return basePaths.filter((path) => roots.has(rootOf(path)));
}

function rootOf(path: string): string {
  return fold(path.split('/', 1).join(''));
}

/** A path and the folders it lies in, outermost first. */
function steps(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
