import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { Command } from 'commander';

import { table } from '../src/cli/table.ts';
import { ensureBaseImage } from './support/base-image.ts';
import { answers, buildClient, describeImage, dockerSocket } from './support/docker.ts';
import { fail } from './support/fail.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const IMAGES = ['job', 'worker'];
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

interface Flags {
  readonly base: string;
  readonly tag: string;
  readonly buildArg: readonly string[];
}

const { version } = readManifest('package.json');

await new Command('build-images')
  .usage('-- [job|worker|base...] [options]')
  .description('Build the images of docs/images.md as spec-automation/<name>:<version of the package>.')
  .argument('[images...]', `of: ${IMAGES.join(', ')}, base; all of them when none is named`)
  .option('--base <image>', 'what they stand on', 'debian:bookworm-slim')
  .option('--tag <tag>', 'instead of the version of the package', version)
  .option('--build-arg <name=value>', 'see docs/images.md; more than once', collect, [])
  .action(buildImages)
  .parseAsync();

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

async function buildImages(names: readonly string[], flags: Flags): Promise<void> {
  const unknown = names.filter((name) => name !== 'base' && !IMAGES.includes(name));
  if (unknown.length > 0)
    fail(`there is no image ${unknown.join(', ')}.`, `Name some of ${IMAGES.join(', ')}, base.`);
  const client = buildClient();
  if (!(await answers(dockerSocket()))) {
    fail('no Docker daemon answers.', 'Start one, or put `node scripts/with-docker.ts` before this command.');
  }
  ensureBaseImage(client, flags.base);
  const rows = [describe(client, flags.base, 0)];
  for (const name of IMAGES.filter((image) => names.length === 0 || names.includes(image))) {
    const tag = `spec-automation/${name}:${flags.tag}`;
    const startMs = performance.now();
    build(client, [...buildOptions(flags), '--file', `images/${name}/Dockerfile`, '--tag', tag, '.']);
    rows.push(describe(client, tag, performance.now() - startMs));
  }
  process.stdout.write(`${table(['image', 'built in', 'size', 'id'], rows)}\n`);
}

/** The builder `default` is the daemon itself: another one could neither see a local base image nor leave the result with it. */
function build(client: string, buildArguments: readonly string[]): void {
  const env = { ...process.env, DOCKER_BUILDKIT: '1', BUILDX_BUILDER: 'default' };
  const { status } = spawnSync(client, ['build', ...buildArguments], { cwd: ROOT, stdio: 'inherit', env });
  if (status !== 0)
    fail('an image could not be built.', 'What went wrong is above. docs/images.md has the build arguments.');
}

function buildOptions({ base, buildArg }: Flags): readonly string[] {
  const codex = readManifest('agents/codex/package.json').dependencies?.['@openai/codex'];
  const given = [
    `BASE_IMAGE=${base}`,
    `VERSION=${version}`,
    `REVISION=${revision()}`,
    ...PROXY_VARIABLES.filter((name) => process.env[name]),
  ];
  const agents = [`CODEX_VERSION=${codex}`, ...buildArg];
  return [...secretOptions(), ...[...given, ...agents].flatMap((value) => ['--build-arg', value])];
}

/** What this machine trusts, for proxies that open TLS. */
function secretOptions(): readonly string[] {
  const bundles = [process.env['SSL_CERT_FILE'], process.env['NODE_EXTRA_CA_CERTS']];
  const bundle = bundles.find((file) => file && existsSync(file));
  return bundle === undefined ? [] : ['--secret', `id=ca,src=${path.resolve(bundle)}`];
}

/** The commit the checkout is at; empty in an unpacked archive. */
function revision(): string {
  return spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? '';
}

function describe(client: string, name: string, tookMs: number): readonly string[] {
  const { id, bytes } = describeImage(client, name);
  return [name, `${(tookMs / 1000).toFixed(1)} s`, `${Math.round(bytes / 1e6)} MB`, id];
}

function readManifest(file: string): { version: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));
}
