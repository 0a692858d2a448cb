import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';

import { currentWorker, markerValue } from '../worker-marker.ts';
import { LABELS, READER } from './container-names.ts';
import { removeContainer } from './container-state.ts';
import { answered, isStatus } from './docker-client.ts';

/** Where the job image keeps what `specify init` writes, and what an operator adds to it; the last one counts. */
const PLACES = ['scaffold', 'prompts'];
const ROOT = '/opt/spec-kit';
const MAX_FILES = 5000;
const MAX_BYTES = 32 * 1024 * 1024;
const READ_MS = 30_000;

/**
 * See `Sandbox.readScaffold`: read from a container that is made of the image and never started. Only plain files, by names the
 * archive gives. @throws what the daemon says
 */
export async function readScaffold(
  docker: Docker,
  image: string,
  specKitKey: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const marker = { runId: '', execution: READER, ...(await currentWorker()) };
  const spec = {
    name: `spec-automation-${READER}-${randomUUID()}`,
    Image: image,
    NetworkDisabled: true,
    Labels: { [LABELS.role]: READER, [LABELS.worker]: markerValue(marker) },
  };
  const container = await answered((abortSignal) => docker.createContainer({ ...spec, abortSignal }));
  try {
    const archive = await answered((abortSignal) => container.getArchive({ path: ROOT, abortSignal }));
    const files = await answered(() => readFiles(archive), READ_MS);
    return new Map(PLACES.flatMap((place) => below(files, `spec-kit/${place}/${specKitKey}/`)));
  } catch (thrown) {
    // An image without Spec Kit.
    if (isStatus(thrown, 404)) return new Map();
    throw thrown;
  } finally {
    await removeContainer(container, true);
  }
}

async function readFiles(archive: NodeJS.ReadableStream): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = extract();
  archive.pipe(entries);
  let totalBytes = 0;
  for await (const entry of entries) {
    const { name, type, size } = entry.header;
    totalBytes += size;
    if (files.size >= MAX_FILES || totalBytes > MAX_BYTES)
      throw new Error(`the Spec Kit of the job image has more than ${MAX_FILES} files or ${MAX_BYTES} bytes`);
    if (type === 'file') files.set(name, await buffer(entry));
    else entry.resume();
  }
  return files;
}

function below(files: ReadonlyMap<string, Uint8Array>, prefix: string) {
  return [...files].flatMap(([name, bytes]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), bytes] as const] : [],
  );
}
