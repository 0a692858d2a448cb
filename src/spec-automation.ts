import { toEventView, type EventView } from './contract/event-view.ts';
import {
  toArtifactView,
  toRunDetail,
  toRunView,
  type ArtifactView,
  type RunDetail,
  type RunView,
} from './contract/run-view.ts';
import { appError, toAppError } from './domain/app-error.ts';
import { cancelRun } from './engine/cancel-run.ts';
import { chooseSandbox } from './engine/choose-sandbox.ts';
import { cleanUpExpired, type CleanupReport } from './engine/clean-up-expired.ts';
import type { Deps } from './engine/deps.ts';
import { executeRun } from './engine/execute-run.ts';
import { findRun } from './engine/find-run.ts';
import { followRun, type FollowOptions } from './engine/follow-run.ts';
import { reapOrphans, recoverDeadRuns, recoverRuns } from './engine/recover-runs.ts';
import { retryRun, type RetryRequest } from './engine/retry-run.ts';
import { submitRun, type Submission } from './engine/submit-run.ts';
import type { RunQuery } from './store/port.ts';

/**
 * The whole product for a Node program: no server needed. Runs submitted or retried here are worked on here, in this process.
 * `runId` may be the beginning of an id everywhere. Every method may throw an `AppError`.
 */
export interface SpecAutomation extends AsyncDisposable {
  /** Accept a run and start on it. Returns as soon as it is stored. */
  submit(request: SubmitRequest): Promise<RunView>;
  /** The run's events from after `afterSeq` on, until it is over. */
  follow(runId: string, options?: FollowOptions): AsyncIterable<EventView>;
  get(runId: string): Promise<RunDetail>;
  list(query: RunQuery): Promise<{ readonly runs: readonly RunView[]; readonly next_cursor: string | null }>;
  cancel(runId: string): Promise<RunView>;
  retry(request: RetryRequest): Promise<RunView>;
  artifacts(runId: string): Promise<readonly ArtifactView[]>;
  /** The bytes of one artifact, by name. */
  readArtifact(runId: string, name: string): Promise<Uint8Array>;
  /** The folder with named copies of a run's evidence. */
  artifactDirectory(runId: string): string;
  /** Remove what is past its time. */
  cleanUp(isDryRun: boolean): Promise<CleanupReport>;
  /**
   * Take up every run nobody works on, and end what dead workers left running. Returns the run ids. A patient one waits for the
   * leases nobody renews, ten seconds at most: a worker that died a moment ago seems to work till then.
   */
  recover(options?: { readonly isPatient: boolean }): Promise<readonly string[]>;
  /** End what dead workers left running. Returns how many processes. */
  reapOrphans(): Promise<number>;
  /** Finish the runs under way and let go of everything. */
  close(): Promise<void>;
}

/** A submission; what is absent comes from the settings. */
export type SubmitRequest = Omit<Submission, 'repository' | 'agent' | 'sandbox' | 'workingDirectory'> & {
  readonly repository?: string | undefined;
  readonly agent?: string | undefined;
  readonly sandbox?: string | undefined;
  readonly workingDirectory?: string | undefined;
};

/** What a request gets where it says nothing. */
export interface SubmissionDefaults {
  readonly repository: string | undefined;
  readonly agent: string;
  /** `undefined` takes the first this machine offers. */
  readonly sandbox: string | undefined;
  readonly workingDirectory: string;
  readonly author: NonNullable<Submission['author']>;
  readonly isDryRun: boolean;
  readonly allowUnconfined: boolean;
  readonly concurrency: number;
}

/** Put the use cases behind one object, and work on what its queue rings for. */
export function specAutomation(deps: Deps, defaults: SubmissionDefaults): SpecAutomation {
  const failures = new Map<string, unknown>();
  const worker = deps.queue.listen({
    concurrency: defaults.concurrency,
    async onRing(runId) {
      failures.delete(runId);
      await executeRun(deps, runId).catch((thrown: unknown) => failures.set(runId, thrown));
    },
  });
  const idOf = async (runId: string) => (await findRun(deps, runId)).id;

  const close = async () => {
    await worker[Symbol.asyncDispose]();
    await deps.queue[Symbol.asyncDispose]();
    await deps.store[Symbol.asyncDispose]();
  };

  return {
    submit: async (request) => toRunView(await submitRun(deps, await withDefaults(deps, request, defaults))),
    follow: (runId, options) => followViews(deps, { runId, failures, ...options }),
    get: (runId) => readDetail(deps, runId),
    async list(query) {
      const { runs, nextCursor } = await deps.store.listRuns(query);
      return { runs: runs.map(toRunView), next_cursor: nextCursor };
    },
    cancel: async (runId) => toRunView(await cancelRun(deps, await idOf(runId))),
    retry: async (request) =>
      toRunView(await retryRun(deps, { ...request, runId: await idOf(request.runId) })),
    artifacts: async (runId) => (await deps.store.listArtifacts(await idOf(runId))).map(toArtifactView),
    readArtifact: async (runId, name) => readArtifact(deps, await idOf(runId), name),
    artifactDirectory: (runId) => deps.workspaces.locate(runId).artifacts,
    cleanUp: (isDryRun) => cleanUpExpired(deps, isDryRun),
    recover: (options) => (options?.isPatient === true ? recoverDeadRuns(deps) : recoverRuns(deps)),
    reapOrphans: () => reapOrphans(deps),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function withDefaults(
  deps: Deps,
  request: SubmitRequest,
  defaults: SubmissionDefaults,
): Promise<Submission> {
  const repository = request.repository ?? defaults.repository;
  if (repository === undefined)
    throw appError('request_invalid', {
      field: 'repository',
      problem: 'none is given; name one with --repo, or set SPEC_WORKFLOW_GITHUB_REPOSITORY',
    });
  return {
    ...request,
    repository,
    agent: request.agent ?? defaults.agent,
    sandbox: request.sandbox ?? defaults.sandbox ?? (await chooseSandbox(deps)),
    workingDirectory: request.workingDirectory ?? defaults.workingDirectory,
    author: request.author ?? defaults.author,
    dryRun: (request.dryRun ?? false) || defaults.isDryRun,
    allowUnconfined: (request.allowUnconfined ?? false) || defaults.allowUnconfined,
  };
}

interface Following extends FollowOptions {
  readonly runId: string;
  /** What stopped the work of this process on runs it could not bring to an end. */
  readonly failures: ReadonlyMap<string, unknown>;
}

async function* followViews(
  deps: Deps,
  { runId, failures, ...options }: Following,
): AsyncGenerator<EventView> {
  const { id } = await findRun(deps, runId);
  const isGivenUp = () => failures.has(id);
  for await (const event of followRun(deps, id, { ...options, isGivenUp })) yield toEventView(event);
  if (failures.has(id)) throw toAppError(failures.get(id));
}

async function readDetail(deps: Deps, runId: string): Promise<RunDetail> {
  const run = await findRun(deps, runId);
  const [phases, artifacts, claimable] = await Promise.all([
    deps.store.listPhases(run.id),
    deps.store.listArtifacts(run.id),
    deps.store.findClaimableRuns(1, run.id),
  ]);
  const isAbandoned = run.status === 'in_progress' && claimable.length > 0;
  return toRunDetail(run, { phases, artifacts, isAbandoned });
}

async function readArtifact(deps: Deps, runId: string, name: string): Promise<Uint8Array> {
  const found = (await deps.store.listArtifacts(runId)).find((artifact) => artifact.name === name);
  const bytes = found === undefined ? undefined : await deps.artifacts.get(found.sha256);
  if (bytes === undefined) throw appError('artifact_not_found', { run_id: runId, name });
  return bytes;
}
