/**
 * `node scripts/with-postgres.ts <command...>`: run a command with TEST_POSTGRES_URL set. When it is not set already, a
 * throw-away PostgreSQL is started for the command and removed after it.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

interface Cluster {
  readonly url: string;
  readonly stop: () => void;
}

const APT_GET = '/usr/bin/apt-get';
const START_TIMEOUT_S = 60;
const isRoot = process.getuid?.() === 0;

const [command, ...commandArguments] = process.argv.slice(2);
if (command === undefined) fail('no command given.', 'Use: node scripts/with-postgres.ts <command...>');
process.exitCode = await runWithPostgres(command, commandArguments);

async function runWithPostgres(program: string, programArguments: readonly string[]): Promise<number> {
  const given = process.env['TEST_POSTGRES_URL'];
  if (given) return runCommand(spawnCommand(program, programArguments, given));
  const signals = watchSignals();
  const cluster = await startCluster(findServer() ?? installServer());
  try {
    // A signal that came while the server was being started is delivered now.
    await setImmediate();
    if (signals.hasCome()) return 130;
    const child = spawnCommand(program, programArguments, cluster.url);
    signals.forwardTo(child);
    return await runCommand(child);
  } finally {
    cluster.stop();
  }
}

function spawnCommand(program: string, programArguments: readonly string[], url: string): ChildProcess {
  const localPrograms = join(import.meta.dirname, '..', 'node_modules', '.bin');
  const path = [localPrograms, process.env['PATH']].join(delimiter);
  const env = { ...process.env, TEST_POSTGRES_URL: url, PATH: path };
  return spawn(program, programArguments, { stdio: 'inherit', env });
}

async function runCommand(child: ChildProcess): Promise<number> {
  try {
    return await exitCodeOf(child);
  } catch (thrown) {
    console.error(`with-postgres: the command could not be started: ${String(thrown)}`);
    return 127;
  }
}

/** From here on signals end the command, not this process, which still has to remove the cluster. */
function watchSignals() {
  const state: { child?: ChildProcess; signal?: NodeJS.Signals } = {};
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, (signal) => {
      state.signal = signal;
      state.child?.kill(signal);
    });
  }
  return {
    hasCome: () => state.signal !== undefined,
    forwardTo: (child: ChildProcess) => {
      state.child = child;
    },
  };
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

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
  if (!isRoot || !existsSync(APT_GET)) {
    fail('no PostgreSQL server was found.', 'Install one, or set TEST_POSTGRES_URL to one that runs.');
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync(APT_GET, ['update', '-qq'], { stdio: 'inherit', env });
  execFileSync(APT_GET, ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'], {
    stdio: 'inherit',
    env,
  });
  return findServer() ?? fail('postgresql was installed but initdb is missing.', 'Set TEST_POSTGRES_URL.');
}

/** PostgreSQL refuses to run as root, so root starts it as the `postgres` user. */
async function startCluster(binaries: string): Promise<Cluster> {
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
    return { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, stop };
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

function fail(problem: string, remedy: string): never {
  console.error(`with-postgres: ${problem}\n${remedy}`);
  process.exit(1);
}
