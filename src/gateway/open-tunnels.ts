import { once } from 'node:events';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { isIPv4, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { GatewayDeps } from './deps.ts';
import { errorBody } from './error-body.ts';
import type { EgressDecision, EgressRecord } from './egress-record.ts';
import { judgeAuthority } from './judge-authority.ts';
import { readClientHello } from './read-client-hello.ts';
import { within } from './within.ts';

/** The tunnels of one gateway. */
export interface Tunnels {
  /** Serve one CONNECT request to its end. Never fails. */
  serve(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void>;
  /** Cut all of them, and wait until they are written down. */
  close(): Promise<void>;
}

interface TunnelOptions {
  readonly allowed: readonly string[];
  readonly deps: GatewayDeps;
  readonly record: EgressRecord;
}

interface Ending {
  readonly verdict: 'allowed' | 'denied';
  readonly reason: string;
  /** Told to the client, as long as no tunnel was promised. */
  readonly status?: number;
  readonly upstream?: Socket;
}

const MAX_TUNNELS = 64;
const ADDRESSES_TRIED = 4;
/** A name that is still looked up is not waited for. */
const CLOSE_MS = 200;
const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/** Tunnels to the hosts of a list. */
export function openTunnels({ allowed, deps, record }: TunnelOptions): Tunnels {
  const clients = new Set<Duplex>();
  const upstreams = new Set<Socket>();
  const serving = new Set<Promise<void>>();

  const tunnel = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<Ending> => {
    const verdict = judgeAuthority(request.url ?? '', allowed);
    if (!verdict.isAllowed) return denied(verdict.reason, 403);
    if (clients.size > MAX_TUNNELS) return denied('too_many_tunnels', 503);
    const addresses = await within(deps.resolve(verdict.host), deps.times.stepMs);
    if (addresses === undefined || addresses.length === 0) return denied('name_not_found', 502);
    // One private address is enough: a name that leads inside now and outside then is made to get past a check.
    if (!addresses.every(deps.isReachable)) return denied('private_address', 403);
    client.write(ESTABLISHED);
    const { bytes, sni } = await readClientHello(client, head, deps.times.stepMs);
    if (sni.kind !== 'name' || sni.name !== verdict.host) return denied('sni_mismatch');
    const upstream = await connectFirst(addresses, deps);
    if (upstream === undefined) return denied('unreachable');
    upstreams.add(upstream);
    try {
      upstream.write(bytes);
      await relay(client, upstream, deps.times.idleMs);
    } finally {
      upstreams.delete(upstream);
    }
    return { verdict: 'allowed', reason: 'listed', upstream };
  };

  const serve = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    const began = deps.nowMs();
    // Whoever hangs up is noticed where it matters; here it must not end the process.
    client.on('error', () => undefined);
    clients.add(client);
    const ending = await tunnel(request, client, head).catch(() => denied('failed'));
    clients.delete(client);
    answer(request, client, ending);
    record.write({ ...decisionOf(request.url ?? '', ending), duration_ms: deps.nowMs() - began });
  };

  return {
    serve(request, client, head) {
      const served = serve(request, client, head)
        .catch(() => void client.destroy())
        .finally(() => serving.delete(served));
      serving.add(served);
      return served;
    },
    async close() {
      for (const each of [...clients, ...upstreams]) each.destroy();
      await within(Promise.all(serving), CLOSE_MS);
    },
  };
}

function denied(reason: string, status?: number): Ending {
  return { verdict: 'denied', reason, ...(status === undefined ? {} : { status }) };
}

function decisionOf(authority: string, { verdict, reason, status = 200, upstream }: Ending): EgressDecision {
  const bytes =
    upstream === undefined ? {} : { bytes_up: upstream.bytesWritten, bytes_down: upstream.bytesRead };
  return { kind: 'connect', method: 'CONNECT', ...target(authority), verdict, reason, status, ...bytes };
}

/** The text as it came when it has no port. */
function target(authority: string): { readonly host: string; readonly port?: number } {
  const port = /:(\d{1,5})$/u.exec(authority)?.[1];
  return port === undefined
    ? { host: authority }
    : { host: authority.slice(0, -port.length - 1), port: Number(port) };
}

/** Refuse by Node's own means, on a connection it no longer looks after; one that was promised a tunnel is cut. */
function answer(request: IncomingMessage, client: Duplex, { reason, status }: Ending): void {
  if (status === undefined || client.destroyed || !(client instanceof Socket)) return void client.destroy();
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(client);
  response.on('finish', () => client.end(() => client.destroy()));
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(errorBody('gateway_denied', `The gateway opens no such tunnel: ${reason}.`)));
}

/** IPv4 first: many a container has addresses of the other kind and no way to them. */
async function connectFirst(addresses: readonly string[], deps: GatewayDeps): Promise<Socket | undefined> {
  const signal = AbortSignal.timeout(deps.times.stepMs);
  const ordered = addresses.toSorted((one, other) => Number(isIPv4(other)) - Number(isIPv4(one)));
  for (const address of ordered.slice(0, ADDRESSES_TRIED)) {
    const upstream = deps.connect(address);
    try {
      await once(upstream, 'connect', { signal });
      return upstream;
    } catch {
      upstream.destroy();
    }
  }
  return undefined;
}

async function relay(client: Duplex, upstream: Socket, idleMs: number): Promise<void> {
  upstream.setTimeout(idleMs, () => {
    upstream.destroy();
    client.destroy();
  });
  await Promise.allSettled([pipeline(client, upstream), pipeline(upstream, client)]);
  upstream.destroy();
}
