import { z } from 'zod';

import { appError } from '../domain/app-error.ts';
import type { ModelAccess } from '../domain/model-access.ts';
import type { BudgetLimits } from './budget.ts';
import { normalEntry } from './judge-authority.ts';

/** What one gateway may do, for one run. */
export interface GatewayConfig {
  readonly socketPath: string;
  /** Folder of the records; the agent never sees it. */
  readonly recordDirectory: string;
  /** `undefined` for an agent that needs none. */
  readonly model: ModelAccess | undefined;
  /** Names in the form of `normalEntry`. */
  readonly egressAllow: readonly string[];
  readonly limits: BudgetLimits;
  /** HTTPS_PROXY and NO_PROXY, where they must not be variables anybody may look at: a proxy may be given with a password. */
  readonly proxyEnv: Readonly<Record<string, string>>;
}

/** Largest configuration, in bytes. */
export const CONFIG_MAX_BYTES = 1_000_000;

const limit = z.int().nonnegative().nullable();
const usd = z.number().nonnegative();
const Path = z.string().regex(/^\/[^\0]*$/u, 'an absolute path is needed');

const BaseUrl = z
  .string()
  .refine(isBaseUrl, 'a plain http or https URL without credentials or query is needed');

const Model = z.strictObject({
  protocol: z.enum(['openai_responses', 'openai_chat', 'anthropic_messages', 'gemini']),
  base_url: BaseUrl,
  key: z
    .string()
    .regex(/^[\x21-\x7E]+$/u, 'a key is printable ASCII without blanks')
    .nullable(),
  price: z.strictObject({ input: usd, cached_input: usd, output: usd }).nullable(),
});

const Config = z
  .strictObject({
    socket_path: Path,
    record_directory: Path,
    model: Model.nullable(),
    egress_allow: z.array(
      z.string().transform((entry, context) => {
        const normal = normalEntry(entry);
        if (normal === undefined) context.addIssue('it is neither a name nor a dot and a name');
        return normal ?? z.NEVER;
      }),
    ),
    proxy: z.strictObject({ https: z.string(), no: z.string() }).partial().optional(),
    limits: z.strictObject({ requests: limit, tokens: limit, cost_usd: usd.nullable() }),
  })
  .refine(({ model, limits }) => limits.cost_usd === null || model === null || model.price !== null, {
    path: ['limits', 'cost_usd'],
    message: 'a limit of cost needs model.price',
  });

/** Read a configuration. Its values are never part of an error: one of them is the key. @throws `gateway_config_invalid` */
export function parseGatewayConfig(bytes: Uint8Array): GatewayConfig {
  if (bytes.byteLength > CONFIG_MAX_BYTES)
    throw invalid('the document', `more than ${CONFIG_MAX_BYTES} bytes`);
  const { data, error } = Config.safeParse(parseJson(bytes));
  if (error !== undefined) {
    const [issue] = error.issues;
    throw invalid(issue?.path.map(String).join('.') || 'the document', issue?.message ?? 'not valid');
  }
  return {
    socketPath: data.socket_path,
    recordDirectory: data.record_directory,
    model: data.model === null ? undefined : modelOf(data.model),
    egressAllow: data.egress_allow,
    limits: data.limits,
    proxyEnv: proxyEnvOf(data.proxy ?? {}),
  };
}

function proxyEnvOf({
  https,
  no,
}: {
  readonly https?: string | undefined;
  readonly no?: string | undefined;
}) {
  return {
    ...(https === undefined ? {} : { HTTPS_PROXY: https }),
    ...(no === undefined ? {} : { NO_PROXY: no }),
  };
}

function modelOf({ protocol, base_url, key, price }: z.infer<typeof Model>): ModelAccess {
  return {
    protocol,
    baseUrl: base_url.replace(/\/+$/u, ''),
    key: key ?? undefined,
    price:
      price === null
        ? undefined
        : { input: price.input, cachedInput: price.cached_input, output: price.output },
  };
}

/** The error of `JSON.parse` quotes the text, so it goes no further. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw invalid('the document', 'not one JSON document');
  }
}

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    /^https?:$/u.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '' &&
    !/[?#]/u.test(text)
  );
}

function invalid(field: string, problem: string) {
  return appError('gateway_config_invalid', { field, problem });
}
