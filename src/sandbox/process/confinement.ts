import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';

import { exec } from '../../lib/exec.ts';
import type { SandboxCommand, Wall } from '../port.ts';
import { findProgram } from './find-program.ts';
import type { ExecutionDirectories } from './supervisor.ts';

/** Puts a wall around an agent, when this machine can. */
export interface Confinement {
  readonly wall: Wall;
  /** The agent's arguments with the wall's own before them. */
  wrap(command: SandboxCommand, directories: ExecutionDirectories): Promise<readonly string[]>;
}

/** All an agent sees of the host's files besides its own: programs, libraries, and what name look-up and TLS read. */
const SYSTEM_PATHS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/opt', '/nix/store'];
const CONFIGURATION_PATHS = [
  'alternatives',
  'ca-certificates',
  'gai.conf',
  'group',
  'host.conf',
  'hosts',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'nsswitch.conf',
  'passwd',
  'pki',
  'protocols',
  'services',
  'ssl',
].map((name) => `/etc/${name}`);
/** Files of `/proc` that steer the whole machine. Root may write them without any capability, since they are root's. */
const KERNEL_PATHS = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'mtrr'].map(
  (name) => `/proc/${name}`,
);
const PROBE_MS = 10_000;

const UNCONFINED =
  'a process of this user with its own session, HOME and environment: no wall against an agent that means harm';

/**
 * A wall by bubblewrap: own file tree (the system read-only, the working copy and HOME writable, nothing else of the host), own
 * processes, no capabilities, and no network for agents that need none; private paths are covered where they lie in what is shown.
 * Tried once for real; where that fails there is none.
 */
export async function findConfinement(
  searchPath: string,
  privatePaths: readonly string[],
): Promise<Confinement> {
  try {
    const program = await findProgram('bwrap', searchPath);
    await probe(program);
    const description =
      'bubblewrap: own file tree, processes and no capabilities; network only for agents that need a model';
    return {
      wall: { isConfined: true, description },
      wrap: (command, directories) => wrap({ program, privatePaths }, command, directories),
    };
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    return noConfinement(`${UNCONFINED} (${problem})`);
  }
}

/** No wall. */
export function noConfinement(description = UNCONFINED): Confinement {
  return { wall: { isConfined: false, description }, wrap: (command) => Promise.resolve(command.argv) };
}

async function probe(program: string): Promise<void> {
  const argv = [program, ...(await baseArguments()), '--unshare-net', '--', '/bin/true'] as const;
  const result = await exec(argv, { env: {}, timeoutMs: PROBE_MS });
  if (result.exitCode !== 0) throw new Error(`bubblewrap does not work here: ${result.stderr.trim()}`);
}

async function wrap(
  { program, privatePaths }: { readonly program: string; readonly privatePaths: readonly string[] },
  command: SandboxCommand,
  { work, home }: ExecutionDirectories,
): Promise<readonly string[]> {
  const { workingDirectory, homeDirectory, readPaths } = command;
  const walls = [
    await baseArguments(),
    command.needsNetwork ? [] : ['--unshare-net'],
    ...readPaths.map(readOnly),
    ...(await hidden(privatePaths, [...SYSTEM_PATHS, ...readPaths])),
    ['--bind', home, homeDirectory],
    ['--bind', work, workingDirectory],
    ['--chdir', workingDirectory],
  ];
  return [program, ...walls.flat(), '--', ...command.argv];
}

/** What covers private files and directories that lie in what an agent is shown, be it through a link. */
async function hidden(
  privatePaths: readonly string[],
  shown: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const found = await Promise.all(
    privatePaths.flatMap((secret) => shown.map((place) => coverIn(place, secret))),
  );
  return found.flatMap((cover) => cover ?? []);
}

async function coverIn(place: string, secret: string): Promise<readonly (readonly string[])[] | undefined> {
  try {
    const [realPlace, realSecret] = [await realpath(place), await realpath(secret)];
    const relative = path.relative(realPlace, realSecret);
    if (relative.startsWith('..') || path.isAbsolute(relative)) return undefined;
    const seenAt = path.join(place, relative);
    const isFile = (await stat(realSecret)).isFile();
    return [isFile ? ['--ro-bind', '/dev/null', seenAt] : ['--tmpfs', seenAt]];
  } catch {
    // What is not there needs no cover.
    return undefined;
  }
}

async function baseArguments(): Promise<readonly string[]> {
  // Often a link to a file of the running system, which the wall hides.
  const resolver = await realpath('/etc/resolv.conf').catch(() => undefined);
  const walls = [
    ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ['--die-with-parent', '--cap-drop', 'ALL', '--hostname', 'sandbox'],
    ...[...SYSTEM_PATHS, ...CONFIGURATION_PATHS].map(readOnly),
    resolver === undefined ? [] : ['--ro-bind', resolver, '/etc/resolv.conf'],
    ['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--dir', '/var/tmp'],
    ...(process.getuid?.() === 0 ? KERNEL_PATHS.map(readOnly) : []),
  ];
  return walls.flat();
}

function readOnly(place: string): readonly string[] {
  return ['--ro-bind-try', place, place];
}
