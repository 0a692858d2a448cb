/** Folders with generated or foreign content: not part of the repository's own layout. */
const SKIPPED = new Set([
  '.cache',
  '.eggs',
  '.git',
  '.gradle',
  '.hg',
  '.idea',
  '.mypy_cache',
  '.next',
  '.nuxt',
  '.nox',
  '.pytest_cache',
  '.ruff_cache',
  '.svn',
  '.terraform',
  '.tox',
  '.turbo',
  '.venv',
  '.vscode',
  '__pycache__',
  'bower_components',
  'coverage',
  'dist',
  'node_modules',
  'target',
  'vendor',
  'venv',
]);

const ROLES: readonly (readonly [RegExp, string])[] = [
  [/^(?:tests?|spec|__tests__|e2e|testing|cypress)$/u, 'tests'],
  [/^(?:src|source|app|apps|lib|libs|pkg|internal|cmd|crates|packages|modules|sources)$/u, 'source code'],
  [/^(?:docs?|documentation|wiki|adr)$/u, 'documentation'],
  [/^specs$/u, 'feature documents'],
  [/^\.specify$/u, 'Spec Kit set-up'],
  [/^(?:\.github|\.gitlab|\.circleci|ci|\.buildkite)$/u, 'continuous integration'],
  [/^(?:scripts?|tools?|bin|hack)$/u, 'scripts and tools'],
  [/^(?:migrations?|db|database|sql|schema)$/u, 'database'],
  [/^(?:deploy|deployment|infra|infrastructure|terraform|k8s|helm|charts|ops|docker)$/u, 'deployment'],
  [/^(?:public|static|assets|images?|media|fonts|resources)$/u, 'static files'],
  [/^(?:examples?|samples?|demo|demos)$/u, 'examples'],
  [/^(?:config|configs|settings|\.config)$/u, 'configuration'],
  [/^(?:frontend|client|web|ui|dashboard|www)$/u, 'user interface'],
  [/^(?:backend|server|api|service|services)$/u, 'server code'],
  [/^(?:bench|benches|benchmarks?|perf)$/u, 'benchmarks'],
];

/** True for a folder the survey does not enter. */
export function isSkippedFolder(name: string): boolean {
  return SKIPPED.has(name);
}

/** What a top-level folder is for, by its name; `null` when the name does not tell. */
export function folderRole(name: string): string | null {
  return ROLES.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1] ?? null;
}
