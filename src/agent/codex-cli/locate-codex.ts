import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { nodePaths } from '../../lib/package-paths.ts';

/** A Codex CLI that is there. */
export interface CodexProgram {
  /** What is started: the native program where it can be found. */
  readonly path: string;
  /** The directories and files it is read from. */
  readonly readPaths: readonly string[];
}

/** Where to look for it. */
export interface CodexPlaces {
  /** The operator's word: a path, or a name on the search path. `undefined` looks for `codex`. */
  readonly program: string | undefined;
  readonly searchPath: string;
  /** The folder of this package: development and tests keep a pinned Codex in it. */
  readonly packageDirectory: string;
}

const LOCAL_BIN = 'agents/codex/node_modules/.bin/codex';
const MANIFEST = 'codex-package.json';
const PACKAGES = '/node_modules';
const START_SCRIPT = /"\$basedir\/([^"]+\.js)"/u;
const START_BYTES = 4_096;
/** The npm package is a start script of Node for one of these; calling it directly saves that Node. */
const NATIVE: Readonly<Record<string, { readonly package: string; readonly target: string }>> = {
  'linux-x64': { package: '@openai/codex-linux-x64', target: 'x86_64-unknown-linux-musl' },
  'linux-arm64': { package: '@openai/codex-linux-arm64', target: 'aarch64-unknown-linux-musl' },
  'darwin-x64': { package: '@openai/codex-darwin-x64', target: 'x86_64-apple-darwin' },
  'darwin-arm64': { package: '@openai/codex-darwin-arm64', target: 'aarch64-apple-darwin' },
};

/** Find the Codex CLI by the operator's word, on the search path, or in this package; `undefined` when it is nowhere. */
export function locateCodex({
  program,
  searchPath,
  packageDirectory,
}: CodexPlaces): CodexProgram | undefined {
  const onPath = (name: string) => searchPath.split(path.delimiter).map((folder) => path.join(folder, name));
  const places =
    program === undefined
      ? [...onPath('codex'), path.join(packageDirectory, LOCAL_BIN)]
      : program.includes('/')
        ? [program]
        : onPath(program);
  const found = places.find(isProgram);
  return found === undefined ? undefined : describe(behindStartScript(realpathSync(found)));
}

function isProgram(place: string): boolean {
  try {
    accessSync(place, constants.X_OK);
    return statSync(place).isFile();
  } catch {
    return false;
  }
}

/** pnpm puts a shell script on the search path that names the program by its place beside it; any other program is itself. */
function behindStartScript(program: string): string {
  const named = START_SCRIPT.exec(readStart(program))?.[1];
  const script = named === undefined ? program : path.resolve(path.dirname(program), named);
  return script !== program && isThere(script) ? realpathSync(script) : program;
}

function readStart(program: string): string {
  const file = openSync(program, 'r');
  try {
    const bytes = Buffer.alloc(START_BYTES);
    const text = bytes.toString('latin1', 0, readSync(file, bytes));
    return text.startsWith('#!') ? text : '';
  } finally {
    closeSync(file);
  }
}

function isThere(file: string): boolean {
  return existsSync(file) && statSync(file).isFile();
}

function describe(program: string): CodexProgram {
  if (!program.endsWith('.js')) return { path: program, readPaths: [rootOf(program, MANIFEST)] };
  const native = findNative(program);
  if (native !== undefined) return { path: native, readPaths: [rootOf(native, MANIFEST)] };
  // An unknown layout: the script finds its parts itself, somewhere among the packages it is installed with.
  const packages = program.indexOf(`${PACKAGES}/`);
  const installed =
    packages === -1 ? rootOf(program, 'package.json') : program.slice(0, packages + PACKAGES.length);
  return { path: program, readPaths: [installed, ...nodePaths(process.execPath)] };
}

function findNative(script: string): string | undefined {
  const platform = NATIVE[`${process.platform}-${process.arch}`];
  if (platform === undefined) return undefined;
  try {
    const manifest = createRequire(script).resolve(`${platform.package}/package.json`);
    const native = path.join(path.dirname(manifest), 'vendor', platform.target, 'bin', 'codex');
    return isProgram(native) ? realpathSync(native) : undefined;
  } catch {
    return undefined;
  }
}

/** What is shipped lies around the program (`bin/codex` beside its helpers). One alone may lie anywhere, say in a HOME: only itself. */
function rootOf(program: string, manifest: string): string {
  const parent = path.dirname(path.dirname(program));
  return existsSync(path.join(parent, manifest)) ? parent : program;
}
