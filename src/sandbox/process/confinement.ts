import { realpath } from 'node:fs/promises';
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
 * processes, no capabilities, and no network for agents that need none. Tried once for real; where that fails there is none.
 */
export async function findConfinement(searchPath: string): Promise<Confinement> {
  try {
    const program = await findProgram('bwrap', searchPath);
    await probe(program);
    const description =
      'bubblewrap: own file tree, processes and no capabilities; network only for agents that need a model';
    return {
      wall: { isConfined: true, description },
      wrap: (command, directories) => wrap(program, command, directories),
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
  program: string,
  command: SandboxCommand,
  { work, home }: ExecutionDirectories,
): Promise<readonly string[]> {
  const { workingDirectory, homeDirectory, stateDirectory } = command;
  const opening = command.readPaths.find((place) => contains(place, stateDirectory));
  if (opening !== undefined) throw new Error(`${opening} would open the records of runs to the agent`);
  const walls = [
    await baseArguments(),
    command.needsNetwork ? [] : ['--unshare-net'],
    ...command.readPaths.map(readOnly),
    ['--bind', home, homeDirectory],
    ['--bind', work, workingDirectory],
    ['--chdir', workingDirectory],
  ];
  return [program, ...walls.flat(), '--', ...command.argv];
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

function contains(directory: string, place: string): boolean {
  const relative = path.relative(directory, place);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}
