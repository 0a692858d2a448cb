import { appError, AppError, describeThrown } from '../domain/app-error.ts';
import { parseGatewayConfig } from './config.ts';
import { systemDeps } from './deps.ts';
import { startGateway, type Gateway } from './serve-gateway.ts';

/** What a process that is a gateway brings along. */
export interface RunGatewayOptions {
  /** The configuration, as JSON. */
  readonly document: Uint8Array;
  /** HTTPS_PROXY and NO_PROXY for calls to the model. */
  readonly proxyEnv: Readonly<Record<string, string | undefined>>;
}

/** Start a gateway as a JSON document says. @throws `gateway_config_invalid`, `gateway_unavailable` */
export async function runGateway({ document, proxyEnv }: RunGatewayOptions): Promise<Gateway> {
  const config = parseGatewayConfig(document);
  try {
    return await startGateway(config, systemDeps(proxyEnv));
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw appError(
      'gateway_unavailable',
      { socket: config.socketPath, problem: describeThrown(thrown) },
      thrown,
    );
  }
}
