import { createHash } from 'node:crypto';

import type { ExecutionName } from '../port.ts';

/** Labels by which containers are found again, whoever made them. */
export const LABELS = {
  runId: 'spec-automation.run',
  /** Which worker started it: see `markerValue`. */
  worker: 'spec-automation.worker',
  /** `agent`, `gateway` or `reader`. */
  role: 'spec-automation.role',
} as const;

/** A container that is never started: files of an image are read from it. */
export const READER = 'reader';

const DIGEST_CHARS = 8;

/**
 * The name of an execution's container: while there is one, there is no other. Its end tells installations apart that know the same
 * run, by where they keep what belongs to it.
 */
export function containerName({ runId, phase, attempt, stateDirectory }: ExecutionName): string {
  return `${prefix(runId)}-${phase}-${attempt}-${digest(stateDirectory)}`;
}

/** The name of a run's gateway. */
export function gatewayName({
  runId,
  stateDirectory,
}: Pick<ExecutionName, 'runId' | 'stateDirectory'>): string {
  return `${prefix(runId)}-gateway-${digest(stateDirectory)}`;
}

function prefix(runId: string): string {
  return `spec-automation-${runId}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGEST_CHARS);
}
