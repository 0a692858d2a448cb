import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** After so many bytes that nobody needs any more. */
const EVERY_BYTES = 8 * 1024 * 1024;

/**
 * Gives memory back in time. V8 itself lets tens of megabytes of dropped buffers lie before it looks for them, whatever the limit of the
 * container: with large requests that ends the gateway. Tell it what is dropped.
 */
export function garbageCollector(): (droppedBytes: number) => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  let dropped = 0;
  return (droppedBytes) => {
    dropped += droppedBytes;
    if (dropped < EVERY_BYTES || typeof collect !== 'function') return;
    dropped = 0;
    collect();
  };
}
