import { modelUrlAt, type ModelAccess } from '../../domain/model-access.ts';
import type { Surroundings } from '../../domain/surroundings.ts';
import type { AgentVariable } from '../port.ts';
import type { CodexCliOptions } from './codex-cli.ts';
import { KEY_VARIABLE, type CodexConfigOptions } from './codex-config.ts';
import type { CodexProgram } from './locate-codex.ts';
import { priceOf } from './model-prices.ts';

/** How Codex is started in some surroundings, and what it is told of them. */
export interface CodexPlace {
  readonly program: CodexProgram;
  readonly config: CodexConfigOptions;
  /** The variables of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

const OPENAI = 'https://api.openai.com/v1';
const CERTIFICATES = ['SSL_CERT_FILE', 'SSL_CERT_DIR'];
/**
 * In a container, where `/tmp` is memory, its databases are made there and not in HOME: they are new for each execution anyway, and
 * cost a tenth of the time.
 */
const IMAGE_ENV = { CODEX_SQLITE_HOME: '/tmp/codex' };

/** Behind a gateway Codex has neither the key nor a way to the network; else it calls the model itself. */
export function codexPlace(
  options: CodexCliOptions,
  surroundings: Surroundings,
  located: CodexProgram | undefined,
): CodexPlace {
  const { networkEnv, apiKey, baseUrl } = options;
  const { gatewayOrigin } = surroundings;
  const passedOn = gatewayOrigin === undefined ? networkEnv : {};
  const key = gatewayOrigin === undefined ? apiKey : undefined;
  const secrets = Object.entries(passedOn).filter(isSecret);
  return {
    program: programAt(surroundings, located, passedOn),
    config: {
      baseUrl:
        gatewayOrigin === undefined ? (baseUrl ?? OPENAI) : modelUrlAt(gatewayOrigin, 'openai_responses'),
      hasKey: key !== undefined,
      hiddenVariables: [KEY_VARIABLE, ...secrets.map(([name]) => name)],
    },
    env: {
      ...passedOn,
      ...(key === undefined ? {} : { [KEY_VARIABLE]: key }),
      ...ownEnv(options),
      ...(surroundings.programs === 'image' ? IMAGE_ENV : {}),
    },
  };
}

function programAt(
  { programs }: Surroundings,
  located: CodexProgram | undefined,
  passedOn: Readonly<Record<string, string>>,
): CodexProgram {
  if (programs === 'image') return { path: 'codex', readPaths: [] };
  const { path, readPaths } = located ?? { path: 'codex', readPaths: [] };
  return { path, readPaths: [...readPaths, ...CERTIFICATES.flatMap((name) => passedOn[name] ?? [])] };
}

/** Every variable it needs, and who gets it. */
export function codexVariables(
  options: CodexCliOptions,
  { programs, gatewayOrigin }: Surroundings,
): readonly AgentVariable[] {
  const { apiKey, networkEnv } = options;
  const passedOn = { ...networkEnv, ...(apiKey === undefined ? {} : { [KEY_VARIABLE]: apiKey }) };
  const goesTo = gatewayOrigin === undefined ? 'sandbox' : 'gateway';
  return [
    ...Object.entries(passedOn).map((entry) => ({ ...describe(entry), goesTo }) as const),
    ...Object.entries(ownEnv(options)).map((entry) => ({ ...describe(entry), goesTo: 'sandbox' }) as const),
    ...Object.keys(programs === 'image' ? IMAGE_ENV : {}).map(
      (name) => ({ name, source: 'agent', isSecret: false, goesTo: 'sandbox' }) as const,
    ),
  ];
}

/** Where the model is, for a gateway. */
export function codexModel(
  { apiKey, baseUrl }: CodexCliOptions,
  pricedModel: string | undefined,
): ModelAccess {
  return {
    protocol: 'openai_responses',
    baseUrl: (baseUrl ?? OPENAI).replace(/\/+$/u, ''),
    key: apiKey,
    price: priceOf(pricedModel),
  };
}

function ownEnv({ environmentName }: CodexCliOptions): Readonly<Record<string, string>> {
  return environmentName === undefined ? {} : { CODEX_ENV: environmentName };
}

function describe([name, value]: readonly [string, string]): Omit<AgentVariable, 'goesTo'> {
  return { name, source: `setting ${name}`, isSecret: isSecret([name, value]) };
}

/** A proxy may be given with a password. */
function isSecret([name, value]: readonly [string, string]): boolean {
  return name === KEY_VARIABLE || value.includes('@');
}
