import type { Store } from '../port.ts';
import { findAgentConfig, saveAgentConfig } from './agent-configs.ts';
import { expireArtifacts, listArtifacts, listReferencedHashes, saveArtifact } from './artifact-rows.ts';
import { requestCancel } from './cancels.ts';
import type { StoreContext } from './context.ts';
import { reserveFeatureNumber } from './feature-numbers.ts';
import { claimRun, findClaimableRuns, renewLease } from './leases.ts';
import { migrate } from './migrate.ts';
import { listPhases, savePhase } from './phases.ts';
import { retryRun } from './retries.ts';
import { finishRun, updateRun } from './run-changes.ts';
import { appendEvent, readEvents } from './run-events.ts';
import { createRun, findRun, findRunsByPrefix, listRuns } from './runs.ts';

/** What the two ways of opening a database supply. */
export interface KyselyStoreOptions extends StoreContext {
  /**
   * Runs a verb: repeats it when that is how the database waits for a lock, and throws the `AppError` a driver's error stands
   * for. Repeating is safe, as a verb is one statement or one transaction.
   */
  readonly run: <T>(verb: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** The store over an open database. No verb keeps state between calls. */
export function kyselyStore({ run, close, ...context }: KyselyStoreOptions): Store {
  return {
    migrate: () => run(() => migrate(context)),
    createRun: (newRun) => run(() => createRun(context, newRun)),
    findRun: (runId) => run(() => findRun(context, runId)),
    findRunsByPrefix: (prefix) => run(() => findRunsByPrefix(context, prefix)),
    listRuns: (query) => run(() => listRuns(context, query)),
    claimRun: (claim) => run(() => claimRun(context, claim)),
    renewLease: (fence, ttlMs) => run(() => renewLease(context, fence, ttlMs)),
    findClaimableRuns: (limit, runId) => run(() => findClaimableRuns(context, limit, runId)),
    updateRun: (fence, patch) => run(() => updateRun(context, fence, patch)),
    finishRun: (fence, result) => run(() => finishRun(context, fence, result)),
    reserveFeatureNumber: (fence, floor) => run(() => reserveFeatureNumber(context, fence, floor)),
    savePhase: (fence, change, event) => run(() => savePhase(context, fence, { change, event })),
    listPhases: (runId) => run(() => listPhases(context, runId)),
    appendEvent: (fence, event) => run(() => appendEvent(context, fence, event)),
    readEvents: (runId, afterSeq, limit) => run(() => readEvents(context, { runId, afterSeq, limit })),
    saveArtifact: (fence, artifact) => run(() => saveArtifact(context, fence, artifact)),
    listArtifacts: (runId) => run(() => listArtifacts(context, runId)),
    requestCancel: (runId) => run(() => requestCancel(context, runId)),
    retryRun: (retry) => run(() => retryRun(context, retry)),
    saveAgentConfig: (fence, config) => run(() => saveAgentConfig(context, fence, config)),
    findAgentConfig: (runId) => run(() => findAgentConfig(context, runId)),
    expireArtifacts: (options) => run(() => expireArtifacts(context, options)),
    listReferencedHashes: () => run(() => listReferencedHashes(context)),
    [Symbol.asyncDispose]: () => run(close),
  };
}
