import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';

import { appError } from '../../domain/app-error.ts';
import { makeDirectory } from '../../lib/make-directory.ts';
import { answered, isStatus } from './docker-client.ts';

/** What is known of a job image. */
export interface JobImage {
  /** By content. */
  readonly id: string;
  /** Versions of the agents in it, by name. */
  readonly agentVersions: Readonly<Record<string, string>>;
}

const AGENT_LABEL = 'spec-automation.agent.';

/** Look at an image that is there; nothing is pulled. @throws `image_missing`, and what the daemon says */
export async function findImage(docker: Docker, image: string): Promise<JobImage> {
  try {
    const { Id: id, Config: config } = await answered((abortSignal) => {
      // The types know no signal alone.
      const options = { manifests: false, abortSignal };
      return docker.getImage(image).inspect(options);
    });
    const labels = Object.entries(config.Labels ?? {});
    const agents = labels.flatMap(([name, version]) =>
      name.startsWith(AGENT_LABEL) ? [[name.slice(AGENT_LABEL.length), version] as const] : [],
    );
    return { id, agentVersions: Object.fromEntries(agents) };
  } catch (thrown) {
    if (!isStatus(thrown, 404)) throw thrown;
    throw appError('image_missing', { image, problem: 'the Docker daemon does not have it' }, thrown);
  }
}

/**
 * The image a run uses for all its phases: the one its first execution found, also when the tag names another by now.
 * @throws `image_missing`
 */
export async function pinImage(docker: Docker, image: string, stateDirectory: string): Promise<string> {
  const file = path.join(stateDirectory, 'image');
  const pinned = await readFile(file, 'utf8').catch(() => undefined);
  if (pinned !== undefined && pinned !== '') return pinned;
  const { id } = await findImage(docker, image);
  await makeDirectory(stateDirectory, 0o700);
  await writeFile(file, id, { flag: 'wx', mode: 0o600 }).catch(() => undefined);
  return (await readFile(file, 'utf8').catch(() => '')) || id;
}

/** Whether an image is named by its content, so that nobody can put another in its place. */
export function isByDigest(image: string): boolean {
  return /(?:^|@)sha256:[0-9a-f]{64}$/u.test(image);
}

/** @throws `image_missing` for an image by tag */
export function demandDigest(image: string): void {
  if (isByDigest(image)) return;
  throw appError('image_missing', {
    image,
    problem: 'it is named by tag, and the production profile takes images by digest only',
  });
}
