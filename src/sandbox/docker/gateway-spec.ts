import type Docker from 'dockerode';

import type { ModelAccess, ModelPrice } from '../../domain/model-access.ts';
import type { ContainerOptions, GatewayOptions } from './container-options.ts';
import { bind, INSIDE, sealedHostConfig } from './container-spec.ts';

/** What is decided before a gateway is made. */
export interface GatewayPlan {
  readonly name: string;
  readonly imageId: string;
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly directories: { readonly socket: string; readonly records: string };
  readonly model: ModelAccess | undefined;
}

export const SOCKET_NAME = 'gateway.sock';

const ENTRYPOINT = '/usr/local/bin/spec-automation-gateway';
const MEMORY_BYTES = 256 * 1024 * 1024;
const PROCESSES = 64;
const NANO = 1_000_000_000;
/** How the host is called in a network of Docker. */
const HOST_NAME = 'host.docker.internal';
const CERTIFICATES = '/etc/ssl/spec-automation-operator.pem';

/** The gateway's container: our own program, as sealed as an agent's but for a network. Its key comes by standard input. */
export function gatewaySpec(
  { runtime, gateway }: ContainerOptions,
  plan: GatewayPlan,
): Docker.ContainerCreateOptions {
  const network = networkOf(gateway, plan.model);
  const certificates = gateway.networkEnv['SSL_CERT_FILE'];
  return {
    name: plan.name,
    Image: plan.imageId,
    User: plan.user,
    Labels: { ...plan.labels },
    Entrypoint: [ENTRYPOINT],
    Cmd: [],
    Env: certificates === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${CERTIFICATES}`],
    AttachStdin: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    HostConfig: {
      ...sealedHostConfig({ runtime }),
      NetworkMode: network,
      ...(network === 'host' ? {} : { ExtraHosts: [`${HOST_NAME}:host-gateway`] }),
      PidsLimit: PROCESSES,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      NanoCpus: NANO,
      Mounts: [
        bind(plan.directories.socket, INSIDE.gateway, false),
        bind(plan.directories.records, INSIDE.records, false),
        ...(certificates === undefined ? [] : [bind(certificates, CERTIFICATES, true)]),
      ],
      LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '1', compress: 'false' } },
    },
  };
}

/** What the gateway reads from its standard input. The only place where the key of the model goes. */
export function gatewayConfig(
  { egressAllow, budget, networkEnv }: GatewayOptions,
  model: ModelAccess | undefined,
): string {
  return JSON.stringify({
    socket_path: `${INSIDE.gateway}/${SOCKET_NAME}`,
    record_directory: INSIDE.records,
    model:
      model === undefined
        ? null
        : {
            protocol: model.protocol,
            base_url: model.baseUrl,
            key: model.key ?? null,
            price: model.price === undefined ? null : priceOf(model.price),
          },
    egress_allow: egressAllow,
    proxy: { https: networkEnv['HTTPS_PROXY'], no: networkEnv['NO_PROXY'] },
    limits: { requests: budget.requests, tokens: budget.tokens, cost_usd: budget.costUsd },
  });
}

function priceOf({ input, cachedInput, output }: ModelPrice) {
  return { input, cached_input: cachedInput, output };
}

/** A model on this machine listens where only the host's own network reaches it. */
function networkOf({ network }: GatewayOptions, model: ModelAccess | undefined): string {
  if (network !== 'auto') return network;
  const host = model === undefined ? '' : new URL(model.baseUrl).hostname;
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(host) ? 'host' : 'bridge';
}
