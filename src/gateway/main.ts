/**
 * `node gateway/main.js`: the gateway as the only program of a container. Takes its configuration on standard input, prints
 * `{"ready":true}` once it listens, and ends at SIGTERM. See docs/gateway.md.
 */
import { appError, toAppError } from '../domain/app-error.ts';
import { CONFIG_MAX_BYTES } from './config.ts';
import { runGateway } from './run-gateway.ts';

const EXIT = { badInput: 2, notReady: 3 };
const CONFIG_WAIT_MS = 10_000;
/** Closing takes a few milliseconds; a disk that hangs is not waited for. */
const CLOSE_WAIT_MS = 800;

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const document = await readDocument(process.stdin);
  const gateway = await runGateway({ document, networkEnv: env });
  const stop = () => {
    setTimeout(() => process.exit(0), CLOSE_WAIT_MS).unref();
    void gateway.close().finally(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  process.stdout.write('{"ready":true}\n');
}

async function readDocument(input: NodeJS.ReadStream): Promise<Buffer> {
  const timer = setTimeout(() => {
    input.destroy(
      appError('gateway_config_invalid', {
        field: 'the document',
        problem: `not complete after ${CONFIG_WAIT_MS} ms`,
      }),
    );
  }, CONFIG_WAIT_MS);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > CONFIG_MAX_BYTES) break;
  }
  clearTimeout(timer);
  return Buffer.concat(chunks);
}

function fail(thrown: unknown): void {
  const { code, kind, message, remedy } = toAppError(thrown);
  process.stderr.write(`Error (${code}): ${message}\n${remedy}\n`);
  process.exit(kind === 'input' ? EXIT.badInput : EXIT.notReady);
}

await main(process.env).catch(fail);
