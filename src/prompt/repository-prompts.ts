import { fieldOf, parsePromptFile } from './parse-prompt-file.ts';
import type { PromptQuery, PromptSource, PromptTemplate, RepositoryTree } from './port.ts';
import { hasBareName, promptLocations } from './prompt-locations.ts';
import { renderLeftOvers } from './render-left-overs.ts';

const PACK = 'repository';
const INTEGRATION_FILE = '.specify/integration.json';
const INIT_OPTIONS_FILE = '.specify/init-options.json';

/**
 * The prompts Spec Kit installed in the repository: for the agent of the run, else for the agent the repository was set up
 * for, else the only one there is. A prompt's body serves any agent, whatever folder it was written for.
 */
export function repositoryPrompts(): PromptSource {
  return { name: PACK, find: findPrompt };
}

async function findPrompt(query: PromptQuery): Promise<PromptTemplate | undefined> {
  const paths = new Set(query.tree.paths);
  const read = (path: string) => readPrompt(query, path);
  return (
    (await firstFound(promptLocations(query.specKitKey, query.command), paths, read)) ??
    (await firstFound(await installedLocations(query), paths, read)) ??
    (await firstFound(genericLocations(query), paths, read))
  );
}

async function firstFound(
  locations: readonly string[],
  paths: ReadonlySet<string>,
  read: (path: string) => Promise<PromptTemplate | undefined>,
): Promise<PromptTemplate | undefined> {
  for (const path of locations) {
    const template = paths.has(path) ? await read(path) : undefined;
    if (template !== undefined) return template;
  }
  return undefined;
}

async function readPrompt(query: PromptQuery, path: string): Promise<PromptTemplate | undefined> {
  const text = await query.tree.readText(path);
  const file = text === undefined ? undefined : parsePromptFile(path, text);
  if (file === undefined || (hasBareName(path) && !isSpecKits(file.body, file.script))) return undefined;
  const { command, specKitKey } = query;
  return {
    pack: PACK,
    version: await specKitVersion(query.tree),
    origin: path,
    body: renderLeftOvers({ ...file, command, specKitKey }),
  };
}

/** Anybody may have a command called `plan`; Spec Kit's, at the time of bare names, all worked with its folders. */
function isSpecKits(body: string, script: string | undefined): boolean {
  return script !== undefined || /\.specify\/|\bscripts\/(?:bash|powershell)\//u.test(body);
}

/** Locations of the agents the repository says it was set up for, the default one first. */
async function installedLocations({ tree, command }: PromptQuery): Promise<readonly string[]> {
  const integration = await readJson(tree, INTEGRATION_FILE);
  const options = await readJson(tree, INIT_OPTIONS_FILE);
  const installed = fieldOf(integration, 'installed_integrations');
  const keys: readonly unknown[] = [
    fieldOf(integration, 'default_integration'),
    fieldOf(integration, 'integration'),
    fieldOf(options, 'integration'),
    fieldOf(options, 'ai'),
    ...(Array.isArray(installed) ? installed : []),
  ];
  return keys.filter((key) => typeof key === 'string').flatMap((key) => promptLocations(key, command));
}

/** The folder of a generic installation can be any; only a name that is there once leaves no doubt. */
function genericLocations({ tree, command }: PromptQuery): readonly string[] {
  const found = tree.paths.filter(
    (path) => path.endsWith(`/speckit.${command}.md`) && !path.startsWith('.specify/'),
  );
  return found.length === 1 ? found : [];
}

async function specKitVersion(tree: RepositoryTree): Promise<string> {
  const version = fieldOf(await readJson(tree, INIT_OPTIONS_FILE), 'speckit_version');
  return typeof version === 'string' && version.trim() !== '' ? version.trim() : 'unknown';
}

/** The parsed file; `undefined` when it is missing or broken. */
async function readJson(tree: RepositoryTree, path: string): Promise<unknown> {
  const text = tree.paths.includes(path) ? await tree.readText(path) : undefined;
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
