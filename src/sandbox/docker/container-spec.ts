import type Docker from 'dockerode';

import type { SandboxCommand } from '../port.ts';

/** What every job container gets, whoever asks for it. */
export interface ContainerLimits {
  readonly memoryBytes: number;
  readonly processes: number;
  /** Processors; may be a fraction. */
  readonly cpus: number;
  /** Of one file, core dumps excluded. */
  readonly fileBytes: number;
  readonly temporaryBytes: number;
  readonly temporaryFiles: number;
}

/** What is decided before a container is made: nothing of it comes from a request. */
export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  /** `uid:gid`; never root. */
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The file that is the agent's standard input. */
  readonly stdinFile: string;
  readonly limits: ContainerLimits;
  /** Ends the agent when nobody else did, and the time it then has. */
  readonly limitS: number;
  readonly graceS: number;
}

/** Where the agent's standard input lies in the container. */
const STDIN = '/run/spec-automation/stdin';
/** `timeout` bounds what nobody watches; the agent gets its prompt and then the end. */
const START = `grace=$1 limit=$2; shift 2; exec timeout -k "$grace" "$limit" "$@" < ${STDIN}`;
const PIDS_AND_FILES = 4_096;
const SHARED_MEMORY_BYTES = 64 * 1024 * 1024;
const LOG_FILE_BYTES = '300m';
const OOM_SCORE = 500;
const NANO = 1_000_000_000;

/**
 * The whole of a job container: no network, no capability, no root, a read-only system, and of the host only the working copy, HOME,
 * the prompt and what the agent must be able to read.
 */
export function containerSpec(command: SandboxCommand, plan: ContainerPlan): Docker.ContainerCreateOptions {
  const { limits } = plan;
  return {
    name: plan.name,
    Image: plan.image,
    User: plan.user,
    Labels: { ...plan.labels },
    Entrypoint: ['/bin/sh', '-c', START, 'job', String(plan.graceS), String(plan.limitS)],
    Cmd: [...command.argv],
    Env: environmentOf(command),
    WorkingDir: command.workingDirectory,
    Hostname: 'job',
    StopSignal: 'SIGTERM',
    OpenStdin: false,
    Tty: false,
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      IpcMode: 'private',
      Init: true,
      PidsLimit: limits.processes,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.round(limits.cpus * NANO),
      OomScoreAdj: OOM_SCORE,
      ShmSize: SHARED_MEMORY_BYTES,
      Ulimits: [
        { Name: 'nofile', Soft: PIDS_AND_FILES, Hard: PIDS_AND_FILES },
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'fsize', Soft: limits.fileBytes, Hard: limits.fileBytes },
      ],
      Tmpfs: {
        '/tmp': `rw,nosuid,nodev,noexec,size=${limits.temporaryBytes},nr_inodes=${limits.temporaryFiles},mode=1777`,
      },
      Mounts: [
        ...command.readPaths.map((place) => bind(place, place, true)),
        bind(plan.stdinFile, STDIN, true),
        bind(command.homeDirectory, command.homeDirectory, false),
        bind(command.workingDirectory, command.workingDirectory, false),
      ],
      LogConfig: { Type: 'json-file', Config: { 'max-size': LOG_FILE_BYTES, 'max-file': '2' } },
      RestartPolicy: { Name: 'no' },
    },
  };
}

function bind(source: string, target: string, isReadOnly: boolean): Docker.MountSettings {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: isReadOnly };
}

function environmentOf({ env, homeDirectory }: SandboxCommand): string[] {
  const all = {
    ...env,
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: homeDirectory,
    TMPDIR: `${homeDirectory}/tmp`,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
  };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}
