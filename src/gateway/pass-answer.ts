import type { IncomingMessage } from 'node:http';
import { pipeline, Transform } from 'node:stream';
import { callbackify } from 'node:util';

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

/**
 * An answer as the agent gets it: piece by piece, without the key. The call is charged before the agent sees the end, so that a
 * finished call is always a counted one; when either side breaks off, it is charged by what passed.
 */
export function passAnswer(
  upstream: IncomingMessage,
  call: CountedCall,
  { protocol, mask }: { readonly protocol: ModelProtocol; readonly mask: KeyMask },
): Transform {
  const status = upstream.statusCode ?? 0;
  const reader = usageReader(protocol, upstream.headers['content-type'] ?? '');
  let answerBytes = 0;
  const end = (reason: string) =>
    call.end({ status, reason, isError: status >= 400, usage: reader.end(), answerBytes });
  const passing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      answerBytes += chunk.length;
      reader.push(chunk);
      const bytes = mask.write(chunk);
      done(null, bytes.length === 0 ? undefined : bytes);
    },
    flush(done) {
      const rest = mask.end();
      const finish = callbackify(end.bind(undefined, 'answered'));
      finish((error) => done(error, rest.length === 0 ? undefined : rest));
    },
  });
  return pipeline(upstream, passing, (error) => {
    if (error) void end('broken_off');
  });
}
