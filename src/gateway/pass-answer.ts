import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';

import type { ModelProtocol } from '../domain/model-access.ts';
import type { CountedCall } from './count-calls.ts';
import type { KeyMask } from './mask-key.ts';
import { usageReader } from './usage-of-answer.ts';

/** Why an answer cannot be passed on, or `undefined` when it can. */
export function unpassable({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  if (statusCode < 200 || statusCode > 599) return 'status_not_allowed';
  // Following one would take the key to an address nobody configured.
  if (statusCode >= 300 && statusCode < 400) return 'redirect_not_followed';
  const { 'content-encoding': encoding = 'identity' } = headers;
  return encoding === 'identity' ? undefined : 'encoding_not_asked_for';
}

/** What it takes to pass an answer on. */
export interface Passing {
  readonly protocol: ModelProtocol;
  readonly mask: KeyMask;
  /** How long an answer is read on that its agent does not want any more. */
  readonly unheardMs: number;
}

const UNHEARD_MAX_BYTES = 64 * 1024 * 1024;

/**
 * An answer as the agent gets it: piece by piece, without the key. The call is charged before the agent sees the end, so that a
 * finished call is always a counted one. When the agent hangs up, the answer is read on to its end all the same, within bounds, since
 * it is paid for to its end.
 */
export function passAnswer(upstream: IncomingMessage, call: CountedCall, passing: Passing): Readable {
  const toAgent = new PassThrough();
  toAgent.on('error', () => undefined);
  void read(upstream, call, { ...passing, toAgent });
  return toAgent;
}

async function read(
  upstream: IncomingMessage,
  call: CountedCall,
  { protocol, mask, unheardMs, toAgent }: Passing & { readonly toAgent: PassThrough },
): Promise<void> {
  const status = upstream.statusCode ?? 0;
  const reader = usageReader(protocol, upstream.headers['content-type'] ?? '');
  let answerBytes = 0;
  const end = (reason: string, isUnheard: boolean) => {
    const how = { status, reason, isError: status >= 400, answerBytes, isUnheard };
    return call.end({ ...how, usage: reader.end() });
  };
  using _late = stopLater(upstream, toAgent, unheardMs);
  try {
    let unheardBytes = 0;
    for await (const chunk of upstream) {
      const bytes = Buffer.from(chunk);
      answerBytes += bytes.length;
      reader.push(bytes);
      if (toAgent.destroyed) unheardBytes += bytes.length;
      else await write(toAgent, mask.write(bytes));
      if (unheardBytes > UNHEARD_MAX_BYTES) break;
    }
    await end(toAgent.destroyed ? 'hung_up' : 'answered', toAgent.destroyed);
    if (!toAgent.destroyed) toAgent.end(mask.end());
  } catch (thrown) {
    await end(toAgent.destroyed ? 'hung_up' : 'broken_off', toAgent.destroyed);
    toAgent.destroy(thrown instanceof Error ? thrown : undefined);
  }
}

/** Once the agent is gone, a model has so much time to come to its end. */
function stopLater(upstream: IncomingMessage, toAgent: PassThrough, unheardMs: number): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const onClose = () => {
    timer = setTimeout(() => upstream.destroy(new Error('nobody listens')), unheardMs).unref();
  };
  toAgent.once('close', onClose);
  return {
    [Symbol.dispose]() {
      toAgent.off('close', onClose);
      clearTimeout(timer);
    },
  };
}

/** No faster than the agent takes it; whoever hangs up takes nothing more. */
async function write(toAgent: PassThrough, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0 || toAgent.write(bytes)) return;
  const done = new AbortController();
  const { signal } = done;
  await Promise.race([once(toAgent, 'drain', { signal }), once(toAgent, 'close', { signal })]).catch(
    () => undefined,
  );
  done.abort();
}
