import { Resolver } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';

import { isPublicAddress } from './judge-address.ts';
import { EGRESS_PORT } from './judge-authority.ts';

/** What a gateway needs of the world; tests bring their own. */
export interface GatewayDeps {
  readonly nowMs: () => number;
  /** Every address of a name. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly isReachable: (address: string) => boolean;
  /** Begin a connection to an address that was judged. */
  readonly connect: (address: string) => Socket;
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, for calls to the model. */
  readonly proxyEnv: Readonly<Record<string, string | undefined>>;
  readonly times: GatewayTimes;
}

/** How long what may last, in milliseconds. */
export interface GatewayTimes {
  /** Until a provider answers the first byte; then how long it may be silent. */
  readonly answerMs: number;
  /** Each of: finding a name's addresses, a client's first message, connecting. */
  readonly stepMs: number;
  /** How long a tunnel may be silent. */
  readonly idleMs: number;
}

const TIMES: GatewayTimes = { answerMs: 300_000, stepMs: 10_000, idleMs: 300_000 };

/** The real network and clock. */
export function systemDeps(proxyEnv: GatewayDeps['proxyEnv']): GatewayDeps {
  return {
    nowMs: Date.now,
    resolve: resolveByServers,
    isReachable: isPublicAddress,
    // A half that ended is passed on as such: the other may still have something to say.
    connect: (address) => connect({ host: address, port: EGRESS_PORT, allowHalfOpen: true }),
    proxyEnv,
    times: TIMES,
  };
}

/**
 * Ask the name servers, and not the system's own look-up: that one holds a thread Node also needs for files, so that a few names nobody
 * answers for would stop the counting of calls.
 */
async function resolveByServers(host: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: TIMES.stepMs / 4, tries: 2 });
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
}
