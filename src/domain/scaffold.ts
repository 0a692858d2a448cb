import { isAgentConfiguration } from './agent-configuration.ts';
import { fold, NAME_RULES } from './path-rules.ts';

/** The name of the prompt pack that a sandbox's scaffold holds. */
export const SCAFFOLD_PACK = 'spec-kit';

const MAX_FILES = 500;
const MAX_TOTAL_BYTES = 8 * 1024 * 1024;

/**
 * What is not laid. Where the feature goes and which branch it gets is decided before an agent starts, and Spec Kit 1.0 asks for none
 * of these: its prompts call no `create-new-feature`, branches come from hooks of an extension alone, and without `extensions.yml`
 * there are no hooks. So there is nobody to whom a stand-in would have to answer.
 */
const WITHHELD: readonly RegExp[] = [
  /^\.specify\/scripts\/(?:.*\/)?create[-_]new[-_]feature[^/]*$/u,
  /^\.specify\/extensions(?:\/|\.yml$)/u,
  /^\.specify\/workflows\//u,
  /^\.specify\/feature\.json$/u,
];

/** Why files of an image cannot be laid into a working copy; `undefined` when they can. */
export function scaffoldProblem(files: ReadonlyMap<string, Uint8Array>): string | undefined {
  if (files.size > MAX_FILES) return `it has ${files.size} files, and at most ${MAX_FILES} may be`;
  const totalBytes = [...files.values()].reduce((sum, bytes) => sum + bytes.byteLength, 0);
  if (totalBytes > MAX_TOTAL_BYTES)
    return `it has ${totalBytes} bytes, and at most ${MAX_TOTAL_BYTES} may be`;
  const names = [...files.keys()];
  const broken = NAME_RULES.find((rule) => names.some(rule.isBroken))?.problem;
  if (broken !== undefined) return `of a file, ${broken}`;
  const folded = new Set(names.map(fold));
  const isInside = names.some((name) => foldersOf(fold(name)).some((folder) => folded.has(folder)));
  return folded.size < names.length || isInside
    ? 'some systems cannot tell two of its names apart'
    : undefined;
}

/** Whether a file of a scaffold belongs into a working copy; the prompts among them are used without being there. */
export function isLaid(path: string): boolean {
  return !isAgentConfiguration(path) && !WITHHELD.some((withheld) => withheld.test(path));
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
