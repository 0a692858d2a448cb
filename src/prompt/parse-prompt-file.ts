import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';

/** A prompt file taken apart. */
export interface PromptFile {
  readonly body: string;
  /** The helper script its frontmatter names, for a body that was never rendered. */
  readonly script: string | undefined;
}

type Parser = (text: string) => { readonly body: unknown; readonly script?: unknown };

/** How each kind of file holds its prompt, by the end of its name. */
const PARSERS: readonly (readonly [extension: string, parse: Parser])[] = [
  ['.toml', (text) => ({ body: fieldOf(parseToml(text), 'prompt') })],
  ['.yaml', (text) => ({ body: fieldOf(parseYaml(text, { logLevel: 'error' }), 'prompt') })],
  ['.md', splitFrontmatter],
  ['.mdc', splitFrontmatter],
];

const FRONTMATTER = /^---[ \t]*\n([\s\S]*?\n|)---[ \t]*(?:\n|$)/u;

/** The prompt in a file; `undefined` for a file that is broken, empty or of another kind. */
export function parsePromptFile(path: string, text: string): PromptFile | undefined {
  const parse = PARSERS.find(([extension]) => path.endsWith(extension))?.[1];
  if (parse === undefined) return undefined;
  try {
    const { body, script } = parse(normalise(text));
    if (typeof body !== 'string' || body.trim() === '') return undefined;
    return { body: body.trim(), script: typeof script === 'string' ? script : undefined };
  } catch {
    // A repository's own file; the next source has a prompt that can be read.
    return undefined;
  }
}

/** A field of any parsed value. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function splitFrontmatter(text: string): ReturnType<Parser> {
  const match = FRONTMATTER.exec(text);
  if (match === null) return { body: text };
  const [whole, head = ''] = match;
  return { body: text.slice(whole.length), script: scriptOf(head) };
}

/** A head that is no valid YAML says nothing, and the body below it is as good as ever. */
function scriptOf(head: string): unknown {
  try {
    return fieldOf(fieldOf(parseYaml(head, { logLevel: 'error' }), 'scripts'), 'sh');
  } catch {
    return undefined;
  }
}

function normalise(text: string): string {
  return text.replace(/^\u{FEFF}/u, '').replaceAll(/\r\n?/gu, '\n');
}
