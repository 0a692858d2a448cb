import type Docker from 'dockerode';

import type { SandboxCommand } from '../port.ts';
import type { ContainerLimits } from './container-options.ts';

/** What is decided before a job container is made: nothing of it comes from a request. */
export interface ContainerPlan {
  readonly name: string;
  /** Identifier of the image, by content. */
  readonly imageId: string;
  readonly runtime: string | undefined;
  /** `uid:gid`; never root. */
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The file that is the agent's standard input. */
  readonly stdinFile: string;
  /** The directory with the gateway's socket; `undefined` without a gateway. */
  readonly gatewayDirectory: string | undefined;
  readonly limits: ContainerLimits;
  /** Ends the agent when nobody else did, and the time it then has. */
  readonly limitS: number;
  readonly graceS: number;
}

/** Places in a container, the same for every run: neither prompts nor logs tell where the host keeps things. */
export const INSIDE = {
  repo: '/work/repo',
  home: '/home/agent',
  temporary: '/tmp',
  stdin: '/run/spec-automation/stdin',
  gateway: '/run/spec-automation/gateway',
  records: '/run/spec-automation/records',
} as const;

/** Where the relay of the image listens, for the gateway. */
export const GATEWAY_ORIGIN = 'http://127.0.0.1:8642';

/** Begins the relay, then the agent as its own successor: see `images/job/`. */
const ENTRYPOINT = '/usr/local/bin/spec-automation-job';
const OPEN_FILES = 4096;
const SHARED_MEMORY_BYTES = 64 * 1024 * 1024;
const TEMPORARY = 'rw,nosuid,nodev,noexec,size=268435456,nr_inodes=20000,mode=1777';
const OOM_SCORE = 500;
const NANO = 1_000_000_000;

/**
 * The whole of a job container: no network, no capability, no root, a read-only system, and of the host only the working copy, HOME,
 * the prompt, the gateway's socket and what the agent must be able to read.
 */
export function containerSpec(command: SandboxCommand, plan: ContainerPlan): Docker.ContainerCreateOptions {
  const { limits, gatewayDirectory } = plan;
  return {
    name: plan.name,
    Image: plan.imageId,
    User: plan.user,
    Labels: { ...plan.labels },
    Entrypoint: [ENTRYPOINT, String(plan.graceS), String(plan.limitS)],
    Cmd: [...command.argv],
    Env: environmentOf(command, gatewayDirectory !== undefined),
    WorkingDir: INSIDE.repo,
    Hostname: 'job',
    StopSignal: 'SIGTERM',
    OpenStdin: false,
    Tty: false,
    HostConfig: {
      ...sealedHostConfig(plan),
      NetworkMode: 'none',
      IpcMode: 'private',
      PidsLimit: limits.processes,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.round(limits.cpus * NANO),
      OomScoreAdj: OOM_SCORE,
      ShmSize: SHARED_MEMORY_BYTES,
      Ulimits: [
        { Name: 'nofile', Soft: OPEN_FILES, Hard: OPEN_FILES },
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'fsize', Soft: limits.workspaceBytes, Hard: limits.workspaceBytes },
      ],
      Tmpfs: { [INSIDE.temporary]: TEMPORARY },
      Mounts: [
        ...command.readPaths.map((place) => bind(place, place, true)),
        bind(plan.stdinFile, INSIDE.stdin, true),
        ...(gatewayDirectory === undefined ? [] : [bind(gatewayDirectory, INSIDE.gateway, true)]),
        bind(command.homeDirectory, INSIDE.home, false),
        bind(command.workingDirectory, INSIDE.repo, false),
      ],
      // Whole: whoever adopts the container reads its log from the beginning. See `OUTPUT_MAX_BYTES`. Not `local`, which in
      // Docker 20.10 forgets where a line of more than 16 KiB ends.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '768m', 'max-file': '2', compress: 'false' } },
    },
  };
}

/** What agents and gateways have in common. */
export function sealedHostConfig({
  runtime,
}: Pick<ContainerPlan, 'runtime'>): NonNullable<Docker.ContainerCreateOptions['HostConfig']> {
  return {
    ...(runtime === undefined ? {} : { Runtime: runtime }),
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    Init: true,
    RestartPolicy: { Name: 'no' },
  };
}

/** A directory or file of the host at a place in the container. */
export function bind(source: string, target: string, isReadOnly: boolean): Docker.MountSettings {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: isReadOnly };
}

/** Names of the variables the sandbox sets itself. */
export const VARIABLE_NAMES = [
  ...Object.keys(ownEnvironment(true)),
  // Docker's own.
  'HOSTNAME',
];

function environmentOf({ env }: SandboxCommand, hasGateway: boolean): string[] {
  return Object.entries({ ...env, ...ownEnvironment(hasGateway) }).map(([name, value]) => `${name}=${value}`);
}

function ownEnvironment(hasGateway: boolean): Readonly<Record<string, string>> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: INSIDE.home,
    TMPDIR: INSIDE.temporary,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    ...(hasGateway ? proxies() : {}),
  };
}

/** There is no name resolution: programs that look a name up themselves wait for seconds, and those that ask a proxy do not. */
function proxies(): Readonly<Record<string, string>> {
  const proxy = Object.fromEntries(
    ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].map((name) => [name, GATEWAY_ORIGIN]),
  );
  return { ...proxy, NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' };
}
