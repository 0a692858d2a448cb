import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { codexCliAgent } from '../../../../src/agent/codex-cli/codex-cli.ts';
import { directoryWorkspaces } from '../../../../src/workspace/directory-workspaces.ts';
import type { Attack } from '../attack.ts';
import { openImports } from '../working-copies.ts';

const SOON_MS = 5000;
/** What a reader that does not look first falls for, by what makes it in the folder `$1`. */
const TRAPS: readonly (readonly [id: string, attempted: string, make: string])[] = [
  ['T-34', 'a link to a file of the host', 'ln -s "$VICTIM" "$1"'],
  [
    'T-34',
    'a link in the folder above',
    'rm -rf "$(dirname "$1")"; ln -s "$(dirname "$VICTIM")" "$(dirname "$1")"',
  ],
  ['T-35', 'a pipe', 'mkfifo "$1"'],
  [
    'T-35',
    'a socket',
    'python3 -c \'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])\' "$1"',
  ],
  ['T-35', 'a huge file with nothing in it', 'truncate -s 1G "$1"'],
];

/** Left where our host imports from. */
const IMPORTS: readonly Attack[] = TRAPS.map(([id, attempted, make]) => ({
  id,
  attempted: `have the host read ${attempted} from the working copy`,
  control: { off: 'a reader that opens what is there' },
  isQuick: true,
  async attempt(rig) {
    const victim = path.join(rig.root, 'host', 'x.md');
    const secret = `host-${rig.nonce}`;
    const imports = await openImports(rig, { 'README.md': 'readme\n' });
    await layVictim(victim, secret);
    const script = `make() { ${make}; }; mkdir -p specs/001 && make specs/001/x.md`;
    const { command, hasRun } = await rig.execute(script, { command: { env: { VICTIM: victim } } });
    if (!hasRun) throw new Error('nothing was left');
    const file = path.join(command.workingDirectory, 'specs/001/x.md');
    if (rig.isLoose) return naively(file, secret);
    const told = await withinMs(
      imports.importFrom(command.workingDirectory).then(
        ({ changedPaths }) => `imported ${changedPaths.join()}`,
        (thrown: unknown) => String(thrown),
      ),
    );
    return {
      hasSucceeded: told === undefined || told.startsWith('imported'),
      evidence: told?.slice(0, 110) ?? 'it hangs',
    };
  },
}));

/** Left where an adapter looks for what was used. */
const HOMES: readonly Attack[] = TRAPS.map(([id, attempted, make]) => ({
  id,
  attempted: `have the adapter read ${attempted} from HOME`,
  control: { off: 'a reader that opens what is there' },
  async attempt(rig) {
    const name = 'rollout-2026-11-21T00-00-00-x.jsonl';
    const victim = path.join(rig.root, 'host', name);
    const secret = `host-${rig.nonce}`;
    await layVictim(victim, `${JSON.stringify(tokenCount(secret))}\n`);
    const file = `.codex/sessions/2026/11/21/${name}`;
    const script = `cd "$HOME"; make() { ${make}; }; mkdir -p "$(dirname '${file}')" && make '${file}'`;
    const { command, hasRun } = await rig.execute(script, { command: { env: { VICTIM: victim } } });
    if (!hasRun) throw new Error('nothing was left');
    if (rig.isLoose) return naively(path.join(command.homeDirectory, file), secret);
    const usage = await withinMs(codex().readUsage(command.homeDirectory));
    return {
      hasSucceeded: usage !== null,
      evidence: usage === undefined ? 'it hangs' : `usage ${JSON.stringify(usage)}`,
    };
  },
}));

const PUBLISHED: Attack = {
  id: 'T-34',
  attempted: 'have the host write its evidence through a link',
  control: { off: 'a writer that opens what is there' },
  async attempt(rig) {
    const victim = path.join(rig.root, 'host', 'x.md');
    await layVictim(victim, 'untouched');
    const workspaces = directoryWorkspaces({ root: path.join(rig.root, 'state'), reserveBytes: 0 });
    const workspace = await workspaces.allocate('run');
    const script = 'rm -rf out; ln -s "$VICTIM" out.md';
    const change = { command: { workingDirectory: workspace.artifacts, env: { VICTIM: victim } } };
    const { hasRun } = await rig.execute(script, change);
    if (!hasRun) throw new Error('nothing was left');
    const [name, bytes] = ['out.md', Buffer.from('overwritten')] as const;
    if (rig.isLoose) await writeFile(path.join(workspace.artifacts, name), bytes);
    else await workspaces.publish(workspace, name, bytes);
    const content = await readFile(victim, 'utf8');
    return { hasSucceeded: content !== 'untouched', evidence: `the file of the host is ${content}` };
  },
};

/** What is where no file should be. */
export const FILES: readonly Attack[] = [...IMPORTS, ...HOMES, PUBLISHED];

async function layVictim(victim: string, content: string): Promise<void> {
  await mkdir(path.dirname(victim), { recursive: true });
  await writeFile(victim, content);
}

/** What opening it without a look comes to: the secret, gigabytes, or waiting for ever. */
async function naively(file: string, secret: string) {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((thrown: unknown) =>
    String(thrown),
  );
  if (typeof handle === 'string')
    return { hasSucceeded: handle.includes('ENXIO'), evidence: `it fails: ${handle.slice(0, 20)}` };
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { hasSucceeded: true, evidence: 'it waits for whoever writes' };
    if (stats.size > 2 ** 29) return { hasSucceeded: true, evidence: `it reads ${stats.size} bytes` };
    const isTold = (await handle.readFile('utf8')).includes(secret);
    return {
      hasSucceeded: isTold,
      evidence: isTold ? 'it reads the file of the host' : 'it reads something else',
    };
  } finally {
    await handle.close();
  }
}

function withinMs<Value>(value: Promise<Value>): Promise<Value | undefined> {
  return Promise.race([value, delay(SOON_MS, undefined, { ref: false })]);
}

function tokenCount(secret: string) {
  const usage = { input_tokens: 7, cached_input_tokens: 0, output_tokens: 7, total_tokens: 14 };
  return { type: 'event_msg', payload: { type: 'token_count', secret, info: { total_token_usage: usage } } };
}

function codex() {
  return codexCliAgent({
    searchPath: '/usr/bin:/bin',
    packageDirectory: '/nonexistent',
    program: undefined,
    apiKey: 'sk-test-nobody',
    model: undefined,
    profile: undefined,
    operatorHome: '/nonexistent',
    environmentName: undefined,
    baseUrl: 'http://127.0.0.1:1/v1',
    networkEnv: {},
  });
}
