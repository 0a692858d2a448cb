import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a daemon answered. */
export interface DaemonAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One GET without the library, whose types know no way to withdraw these questions, and which takes longer to load than most commands
 * last. @throws the error of the connection, or that no answer came in time
 */
export async function askDaemon(socketPath: string, path: string, limitMs: number): Promise<DaemonAnswer> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await ask(socketPath, path, limit);
  } catch (thrown) {
    if (!limit.aborted) throw thrown;
    throw new Error(`the Docker daemon gave no answer within ${limitMs / 1000} seconds`, { cause: thrown });
  }
}

function ask(socketPath: string, path: string, signal: AbortSignal): Promise<DaemonAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, signal }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    asked.once('error', reject);
    asked.end();
  });
}
