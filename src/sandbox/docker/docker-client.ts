import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';

import { AppError, appError, describeThrown } from '../../domain/app-error.ts';
import { askDaemon } from './ask-daemon.ts';

/** A daemon that accepts and never answers must not hold a run up. */
const ANSWER_MS = 20_000;
const PING_MS = 1000;

/** Connects on first use, since loading the library takes longer than most commands. */
export type DockerClient = () => Promise<Docker>;

/** A daemon on a unix socket. */
export function dockerClient(socketPath: string): DockerClient {
  let client: Promise<Docker> | undefined;
  return () =>
    (client ??= import('dockerode').then(({ default: Dockerode }) => new Dockerode({ socketPath })));
}

/** Whether a daemon answers on a socket within a second. */
export async function isPresent(socketPath: string): Promise<boolean> {
  return askDaemon(socketPath, '/_ping', PING_MS).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** The daemon's answer, or the error that it gave none in time. Then the question is withdrawn: it would keep the process alive. */
export async function answered<Value>(
  ask: (abortSignal: AbortSignal) => Promise<Value>,
  limitMs = ANSWER_MS,
): Promise<Value> {
  const [withdrawn, done] = [new AbortController(), new AbortController()];
  const late = delay(limitMs, undefined, { signal: done.signal }).then(() => {
    withdrawn.abort();
    throw new Error(`the Docker daemon gave no answer within ${limitMs / 1000} seconds`);
  });
  const answer = ask(withdrawn.signal);
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}

/** Whether a daemon answered with this HTTP status. */
export function isStatus(thrown: unknown, status: number): boolean {
  return thrown instanceof Error && 'statusCode' in thrown && thrown.statusCode === status;
}

/** True when there was no answer at all: it is away, or is being restarted. */
export function isAway(thrown: unknown): boolean {
  return !(thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number');
}

/** The error for whatever the daemon, or the way to it, refused. An `AppError` stays what it is. */
export function unavailable(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  return appError('sandbox_unavailable', { sandbox: 'docker', problem: describeThrown(cause) }, cause);
}
