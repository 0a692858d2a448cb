import type Docker from 'dockerode';
import { z } from 'zod';

import { appError } from '../../domain/app-error.ts';
import type { Wall } from '../port.ts';
import { askDaemon } from './ask-daemon.ts';
import type { ContainerOptions } from './container-options.ts';
import { demandDigest, findImage, isByDigest } from './job-image.ts';
import { securityTier, type DaemonFacts } from './security-tier.ts';

/** For the words of a daemon that has nothing to do for them: one that hangs must not hold anybody up. */
const ANSWER_MS = 5000;
const HOLDS =
  'own files, processes and user; no network, no capabilities; limited memory, processors, processes and disk (looked at every 2 s)';

/** What is read here of a daemon's answers (Docker Engine API, `/version` and `/info`). */
const Version = z.object({
  Version: z.string(),
  Components: z.array(z.object({ Name: z.string(), Version: z.string() })).default([]),
});
const Info = z.object({
  SecurityOptions: z.array(z.string()).nullish(),
  MemoryLimit: z.boolean().default(false),
  PidsLimit: z.boolean().default(false),
  DefaultRuntime: z.string().default('runc'),
});

/**
 * Make sure that containers can be made here, and say how well they are kept. @throws `image_missing`, `sandbox_unavailable`, also
 * for a daemon that the production profile does not take
 */
export async function preflight(
  docker: Docker,
  socketPath: string,
  options: ContainerOptions,
): Promise<Wall> {
  if (options.isStrict) demandDigest(options.image);
  const facts = await findFacts(socketPath, options);
  const image = await findImage(docker, options.image);
  const { tier, reasons } = securityTier(facts);
  if (options.isStrict && tier === 'reduced') {
    const problem = `the production profile does not take a daemon of tier reduced (${reasons.join('; ')})`;
    throw appError('sandbox_unavailable', { sandbox: 'docker', problem });
  }
  const why = reasons.length === 0 ? '' : `, since: ${reasons.join('; ')}`;
  const description = `Docker ${facts.dockerVersion}: ${HOLDS}. Tier ${tier}${why}`;
  return { isConfined: true, description, agentVersions: image.agentVersions };
}

async function findFacts(socketPath: string, { image, runtime }: ContainerOptions): Promise<DaemonFacts> {
  const [version, info] = await Promise.all([
    told(socketPath, '/version', Version),
    told(socketPath, '/info', Info),
  ]);
  return {
    dockerVersion: version.Version,
    runcVersion: version.Components.find(({ Name: name }) => name === 'runc')?.Version,
    securityOptions: info.SecurityOptions ?? [],
    hasMemoryLimit: info.MemoryLimit,
    hasPidsLimit: info.PidsLimit,
    runtime: runtime ?? info.DefaultRuntime,
    isImageByDigest: isByDigest(image),
  };
}

async function told<Shape extends z.ZodType>(
  socketPath: string,
  path: string,
  shape: Shape,
): Promise<z.output<Shape>> {
  const { status, body } = await askDaemon(socketPath, path, ANSWER_MS);
  if (status !== 200)
    throw new Error(`the Docker daemon answered ${status} to ${path}: ${body.slice(0, 300)}`);
  return shape.parse(JSON.parse(body));
}
