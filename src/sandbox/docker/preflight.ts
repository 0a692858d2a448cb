import type Docker from 'dockerode';

import { appError } from '../../domain/app-error.ts';
import type { Wall } from '../port.ts';
import type { ContainerOptions } from './container-options.ts';
import { answered } from './docker-client.ts';
import { demandDigest, findImage, isByDigest } from './job-image.ts';
import { securityTier, type DaemonFacts } from './security-tier.ts';

/** For the first word of a daemon: one that hangs must not hold anybody up. */
const PING_MS = 5000;
const HOLDS =
  'own files, processes and user; no network, no capabilities; limited memory, processors, processes and disk (looked at every 2 s)';

/**
 * Make sure that containers can be made here, and say how well they are kept. @throws `image_missing`, `sandbox_unavailable`, also
 * for a daemon that the production profile does not take
 */
export async function preflight(docker: Docker, options: ContainerOptions): Promise<Wall> {
  await answered(docker.ping(), PING_MS);
  if (options.isStrict) demandDigest(options.image);
  const [facts, image] = await Promise.all([findFacts(docker, options), findImage(docker, options.image)]);
  const { tier, reasons } = securityTier(facts);
  if (options.isStrict && tier === 'reduced') {
    const problem = `the production profile does not take a daemon of tier reduced (${reasons.join('; ')})`;
    throw appError('sandbox_unavailable', { sandbox: 'docker', problem });
  }
  const why = reasons.length === 0 ? '' : `, since: ${reasons.join('; ')}`;
  const description = `Docker ${facts.dockerVersion}: ${HOLDS}. Tier ${tier}${why}`;
  return { isConfined: true, description, agentVersions: image.agentVersions };
}

/** What is named here of a daemon's answer; the library's own type has no fields for it. */
interface Info {
  readonly SecurityOptions?: readonly string[];
  readonly MemoryLimit?: boolean;
  readonly PidsLimit?: boolean;
  readonly DefaultRuntime?: string;
}

async function findFacts(docker: Docker, { image, runtime }: ContainerOptions): Promise<DaemonFacts> {
  const [version, info] = await Promise.all([answered(docker.version()), answered<Info>(docker.info())]);
  const parts: readonly { readonly Name: string; readonly Version: string }[] = version.Components ?? [];
  return {
    dockerVersion: version.Version,
    runcVersion: parts.find(({ Name: name }) => name === 'runc')?.Version,
    securityOptions: info.SecurityOptions ?? [],
    hasMemoryLimit: info.MemoryLimit ?? false,
    hasPidsLimit: info.PidsLimit ?? false,
    runtime: runtime ?? info.DefaultRuntime ?? 'runc',
    isImageByDigest: isByDigest(image),
  };
}
