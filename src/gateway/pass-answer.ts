import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';

import type { ModelProtocol } from '../domain/model-access.ts';
import type { CountedCall } from './count-calls.ts';
import type { KeyMask } from './mask-key.ts';
import { usageReader } from './usage-of-answer.ts';

/** How much of an answer is read for its figures alone. */
const READ_ON_MAX_BYTES = 64 * 1024 * 1024;

/** Why an answer cannot be passed on, or `undefined` when it can. */
export function unpassable({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  if (statusCode < 200 || statusCode > 599) return 'status_not_allowed';
  // Following one would take the key to an address nobody configured.
  if (statusCode >= 300 && statusCode < 400) return 'redirect_not_followed';
  const { 'content-encoding': encoding = 'identity' } = headers;
  return encoding === 'identity' ? undefined : 'encoding_not_asked_for';
}

/**
 * An answer as the agent gets it: piece by piece, without the key; to be destroyed when the agent is gone. The call is charged before the
 * agent sees the end, so that a finished call is always a counted one. When the agent hangs up, the answer is read on to its end for the
 * figures it tells, within bounds: else hanging up early would make calls free.
 */
export function passAnswer(
  upstream: IncomingMessage,
  call: CountedCall,
  {
    protocol,
    mask,
    readOnMs,
  }: { readonly protocol: ModelProtocol; readonly mask: KeyMask; readonly readOnMs: number },
): Readable {
  const status = upstream.statusCode ?? 0;
  const reader = usageReader(protocol, upstream.headers['content-type'] ?? '');
  const agent = agentEnd(() => setTimeout(() => upstream.destroy(), readOnMs));
  let answerBytes = 0;
  let unpassedBytes = 0;
  const end = (read: 'whole' | 'broken_off' | 'abandoned') => {
    const reason = read === 'whole' ? 'answered' : 'broken_off';
    return call.end({ status, reason, isError: status >= 400, usage: reader.end(), answerBytes, read });
  };
  const readAll = async () => {
    for await (const chunk of upstream) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('an answer is bytes');
      answerBytes += chunk.length;
      reader.push(chunk);
      if (agent.isGone()) unpassedBytes += chunk.length;
      else await agent.write(mask.write(chunk));
      if (unpassedBytes > READ_ON_MAX_BYTES) throw new Error('too much to read on');
    }
    if (!agent.isGone()) await agent.write(mask.end());
  };
  const pass = async () => {
    try {
      await readAll();
      await end('whole');
      agent.finish();
    } catch {
      // What failed is not billed for the rest of its words.
      await end(agent.isGone() && status < 400 ? 'abandoned' : 'broken_off');
      agent.finish(new Error('the answer broke off'));
    }
  };
  void pass();
  return agent.passing;
}

/** What is passed on, until nobody takes it any more; `onGone` then begins a time limit. */
function agentEnd(onGone: () => NodeJS.Timeout) {
  const passing = new PassThrough();
  let isGone = false;
  let isFinished = false;
  let timer: NodeJS.Timeout | undefined;
  let goOn: (() => void) | undefined;
  passing
    .on('error', () => undefined)
    .on('drain', () => goOn?.())
    .on('close', () => {
      isGone = true;
      if (!isFinished) timer = onGone();
      goOn?.();
    });
  return {
    passing,
    isGone: () => isGone || passing.destroyed,
    /** Waits until there is room for more, or nobody is there. */
    async write(bytes: Uint8Array) {
      if (bytes.length === 0 || passing.write(bytes) || isGone) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      goOn = resolve;
      await promise;
    },
    finish(error?: Error) {
      isFinished = true;
      clearTimeout(timer);
      if (error === undefined) passing.end();
      else passing.destroy(error);
    },
  };
}
