import { z } from 'zod';

import { name, names, plainName, wholeNumber } from './setting-kinds.ts';

const MEBIBYTE = 1024 * 1024;
const SOCKET = 'unix:///var/run/docker.sock';

/** The settings about job containers and what they may reach, by the names of their variables. */
export const DOCKER_SETTINGS = {
  SPEC_AUTOMATION_PROFILE: z
    .enum(['development', 'production'], { error: 'development or production is expected' })
    .default('development')
    .meta({
      description:
        '`production` takes job images by digest only, and no Docker daemon that `doctor` calls reduced.',
    }),
  SPEC_AUTOMATION_JOB_IMAGE: name.optional().meta({
    description: 'Image agents run in, with sandbox docker. Nothing is pulled while runs work.',
    default: '`spec-automation/job:` and the version of this package',
  }),
  SPEC_AUTOMATION_CONTAINER_RUNTIME: plainName(/^[A-Za-z0-9][\w.-]*$/u)
    .optional()
    .meta({ description: 'Runtime of job containers, such as `runsc`.', default: "the daemon's own choice" }),
  SPEC_AUTOMATION_CONTAINER_MEMORY_BYTES: wholeNumber(64 * MEBIBYTE, Number.MAX_SAFE_INTEGER)
    .default(2048 * MEBIBYTE)
    .meta({ description: 'Memory of a job container, its `/tmp` included.' }),
  SPEC_AUTOMATION_CONTAINER_CPUS: z.coerce
    .number({ error: 'a number above 0 is expected' })
    .min(0.01, { error: 'a number above 0 is expected' })
    .default(2)
    .meta({ description: 'Processors a job container may use; may be a fraction.' }),
  SPEC_AUTOMATION_CONTAINER_PROCESSES: wholeNumber(16, 100_000)
    .default(512)
    .meta({ description: 'Processes and threads a job container may have.' }),
  SPEC_AUTOMATION_WORKSPACE_MAX_BYTES: wholeNumber(MEBIBYTE, Number.MAX_SAFE_INTEGER)
    .default(2048 * MEBIBYTE)
    .meta({ description: "Bytes an agent's working copy and HOME may take, with sandbox docker." }),
  SPEC_AUTOMATION_WORKSPACE_MAX_FILES: wholeNumber(1000, Number.MAX_SAFE_INTEGER)
    .default(500_000)
    .meta({ description: "Files an agent's working copy and HOME may hold, with sandbox docker." }),
  SPEC_AUTOMATION_EGRESS_ALLOW: names.optional().meta({
    description:
      'Hosts agents in containers may reach on port 443 besides their model, separated by commas: names, or `.example.com` for all below it.',
    default: 'none',
  }),
  SPEC_AUTOMATION_GATEWAY_NETWORK: plainName(/^[A-Za-z0-9][\w.-]*$/u)
    .default('auto')
    .meta({
      description:
        'Docker network of the gateways; `auto` takes `host` for a model on this machine, else `bridge`.',
    }),
  SPEC_AUTOMATION_MAX_MODEL_REQUESTS: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'Requests one run may make to its model, with sandbox docker.',
    default: 'no limit',
  }),
  SPEC_AUTOMATION_MAX_TOKENS: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'Tokens one run may use, in and out, with sandbox docker.',
    default: 'no limit',
  }),
  SPEC_AUTOMATION_MAX_COST_USD: z.coerce
    .number({ error: 'a number above 0 is expected' })
    .positive({ error: 'a number above 0 is expected' })
    .optional()
    .meta({
      description: 'US dollars one run may cost, with sandbox docker and a model whose price is known.',
      default: 'no limit',
    }),
  DOCKER_HOST: z
    .string()
    .regex(/^unix:\/\/\//u, { error: 'unix:// and the path of a socket are expected' })
    .optional()
    .meta({
      description: 'Socket of the Docker daemon. Not read from `.env`.',
      default: '`unix:///var/run/docker.sock`',
    }),
};

/** Their names: what holds an agent is the operator's word, never a file's that came with a repository. */
export const DOCKER_SETTING_NAMES = [
  'DOCKER_HOST',
  'SPEC_AUTOMATION_PROFILE',
  'SPEC_AUTOMATION_JOB_IMAGE',
  'SPEC_AUTOMATION_CONTAINER_RUNTIME',
  'SPEC_AUTOMATION_CONTAINER_MEMORY_BYTES',
  'SPEC_AUTOMATION_CONTAINER_CPUS',
  'SPEC_AUTOMATION_CONTAINER_PROCESSES',
  'SPEC_AUTOMATION_WORKSPACE_MAX_BYTES',
  'SPEC_AUTOMATION_WORKSPACE_MAX_FILES',
  'SPEC_AUTOMATION_EGRESS_ALLOW',
  'SPEC_AUTOMATION_GATEWAY_NETWORK',
  'SPEC_AUTOMATION_MAX_MODEL_REQUESTS',
  'SPEC_AUTOMATION_MAX_TOKENS',
  'SPEC_AUTOMATION_MAX_COST_USD',
] as const satisfies readonly (keyof typeof DOCKER_SETTINGS)[];

/** What the operator says about job containers; see the settings of the same names. */
export interface DockerSettings {
  readonly socketPath: string;
  readonly isProduction: boolean;
  readonly image: string | undefined;
  readonly runtime: string | undefined;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly processes: number;
  readonly workspaceBytes: number;
  readonly workspaceFiles: number;
  readonly egressAllow: readonly string[];
  readonly gatewayNetwork: string;
  readonly budget: {
    readonly requests: number | null;
    readonly tokens: number | null;
    readonly costUsd: number | null;
  };
}

/** Name what was read. */
export function dockerSettings(data: z.output<z.ZodObject<typeof DOCKER_SETTINGS>>): DockerSettings {
  return {
    socketPath: (data.DOCKER_HOST ?? SOCKET).replace(/^unix:\/\//u, ''),
    isProduction: data.SPEC_AUTOMATION_PROFILE === 'production',
    image: data.SPEC_AUTOMATION_JOB_IMAGE,
    runtime: data.SPEC_AUTOMATION_CONTAINER_RUNTIME,
    memoryBytes: data.SPEC_AUTOMATION_CONTAINER_MEMORY_BYTES,
    cpus: data.SPEC_AUTOMATION_CONTAINER_CPUS,
    processes: data.SPEC_AUTOMATION_CONTAINER_PROCESSES,
    workspaceBytes: data.SPEC_AUTOMATION_WORKSPACE_MAX_BYTES,
    workspaceFiles: data.SPEC_AUTOMATION_WORKSPACE_MAX_FILES,
    egressAllow: data.SPEC_AUTOMATION_EGRESS_ALLOW ?? [],
    gatewayNetwork: data.SPEC_AUTOMATION_GATEWAY_NETWORK,
    budget: {
      requests: data.SPEC_AUTOMATION_MAX_MODEL_REQUESTS ?? null,
      tokens: data.SPEC_AUTOMATION_MAX_TOKENS ?? null,
      costUsd: data.SPEC_AUTOMATION_MAX_COST_USD ?? null,
    },
  };
}
