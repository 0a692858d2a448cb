/**
 * `node scripts/with-postgres.ts <command...>`: run a command with TEST_POSTGRES_URL set. When it is not set already, a
 * throw-away PostgreSQL is started for the command and removed after it.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { aptInstall, canInstall } from './support/apt.ts';
import { fail } from './support/fail.ts';
import { runInTurn, runWith, type Service } from './support/run-with.ts';

const START_TIMEOUT_S = 60;
const isRoot = process.getuid?.() === 0;

const [command, ...commandArguments] = process.argv.slice(2);
if (command === undefined) fail('no command given.', 'Use: node scripts/with-postgres.ts <command...>');
process.exitCode = process.env['TEST_POSTGRES_URL']
  ? await runInTurn([[command, ...commandArguments]])
  : await runWith([command, ...commandArguments], () => startCluster(findServer() ?? installServer()));

/** The folder with the newest server's programs. */
function findServer(): string | undefined {
  const packaged = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted(
    (a, b) => versionOf(b) - versionOf(a),
  );
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'initdb'));
  const initdb = [...packaged, ...onPath].find((path) => existsSync(path));
  return initdb === undefined ? undefined : dirname(initdb);
}

function versionOf(path: string): number {
  return Number(/postgresql\/(\d+)/u.exec(path)?.[1] ?? 0);
}

function installServer(): string {
  if (!canInstall) {
    fail('no PostgreSQL server was found.', 'Install one, or set TEST_POSTGRES_URL to one that runs.');
  }
  aptInstall(['postgresql']);
  return findServer() ?? fail('postgresql was installed but initdb is missing.', 'Set TEST_POSTGRES_URL.');
}

/** PostgreSQL refuses to run as root, so root starts it as the `postgres` user. */
async function startCluster(binaries: string): Promise<Service> {
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'));
  const data = join(directory, 'data');
  const asServer = (program: string, programArguments: readonly string[]) =>
    runAsServer(join(binaries, program), programArguments, directory);
  const stop = () => {
    if (existsSync(join(data, 'postmaster.pid'))) asServer('pg_ctl', ['stop', '-D', data, '-m', 'immediate']);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    chmodSync(directory, 0o755);
    if (isRoot) execFileSync('chown', ['postgres', directory]);
    asServer('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale']);
    const port = await freePort();
    const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${directory}`;
    const log = join(directory, 'server.log');
    asServer('pg_ctl', ['start', '-D', data, '-l', log, '-o', options, '-w', '-t', String(START_TIMEOUT_S)]);
    return { env: { TEST_POSTGRES_URL: `postgresql://postgres@127.0.0.1:${port}/postgres` }, stop };
  } catch (thrown) {
    const log = join(directory, 'server.log');
    if (existsSync(log)) console.error(readFileSync(log, 'utf8'));
    stop();
    throw thrown;
  }
}

function runAsServer(program: string, programArguments: readonly string[], directory: string): void {
  const argv = isRoot
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', program, ...programArguments]
    : [program, ...programArguments];
  const [first = program, ...rest] = argv;
  execFileSync(first, rest, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
