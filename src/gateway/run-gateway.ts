import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { appError, AppError, describeThrown } from '../domain/app-error.ts';
import { parseGatewayConfig } from './config.ts';
import { systemDeps } from './deps.ts';
import { startGateway, type Gateway } from './serve-gateway.ts';

/** What a process that is a gateway brings along. */
export interface RunGatewayOptions {
  /** The configuration, as JSON. */
  readonly document: Uint8Array;
  /** HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE, for calls to the model. */
  readonly networkEnv: Readonly<Record<string, string | undefined>>;
}

/** Start a gateway as a JSON document says. @throws `gateway_config_invalid`, `gateway_unavailable` */
export async function runGateway({ document, networkEnv }: RunGatewayOptions): Promise<Gateway> {
  const config = parseGatewayConfig(document);
  try {
    trust(networkEnv['SSL_CERT_FILE']);
    return await startGateway(config, systemDeps({ ...networkEnv, ...config.proxyEnv }));
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw appError(
      'gateway_unavailable',
      { socket: config.socketPath, problem: describeThrown(thrown) },
      thrown,
    );
  }
}

/** Other programs read this variable; Node itself knows only NODE_EXTRA_CA_CERTS. Holds for the whole process. */
function trust(file: string | undefined): void {
  if (file === undefined || file === '') return;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(file, 'utf8')]);
}
