import type { ArtifactType } from '../domain/artifact.ts';
import type { PhaseName } from '../domain/phases.ts';
import type { RunSession } from './run-session.ts';

/** A piece of evidence to keep. */
export interface Evidence {
  readonly name: string;
  readonly type: ArtifactType;
  readonly phase: PhaseName | null;
  readonly content: string | Uint8Array;
}

/** Media types by the end of the name; everything else is plain text. Decided by us, never by what an agent says. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.jsonl': 'application/x-ndjson',
  '.md': 'text/markdown; charset=utf-8',
  '.patch': 'text/x-diff; charset=utf-8',
};

/**
 * Keep evidence, without secrets: bytes first, then the row that names them, then a copy people find in the run's folder. Saving the same name
 * again replaces it.
 */
export async function saveArtifact(session: RunSession, evidence: Evidence): Promise<void> {
  const { deps, fence, run, workspace } = session;
  const bytes = deps.redactor.redactBytes(Buffer.from(evidence.content));
  const { sha256, sizeBytes } = await deps.artifacts.put(bytes);
  await deps.store.saveArtifact(fence, {
    name: evidence.name,
    type: evidence.type,
    phase: evidence.phase,
    mediaType: MEDIA_TYPES[/\.\w+$/u.exec(evidence.name)?.[0] ?? ''] ?? 'text/plain; charset=utf-8',
    sha256,
    sizeBytes,
    keepMs: run.retain ? null : deps.settings.retentionMs,
  });
  await deps.workspaces.publish(workspace, evidence.name, bytes);
}

/**
 * Before a phase is tried again: give the logs of its last attempt names of their own (`<phase>.attempt-1.stdout.log`), so that
 * the new ones replace nothing.
 */
export async function archiveAttempt(session: RunSession, phase: PhaseName, attempt: number): Promise<void> {
  const { deps, fence } = session;
  const artifacts = await deps.store.listArtifacts(fence.runId);
  const ownLogs = artifacts.filter(
    ({ name }) => name.startsWith(`${phase}.`) && !name.startsWith(`${phase}.attempt-`),
  );
  for (const artifact of ownLogs) {
    const name = artifact.name.replace(`${phase}.`, `${phase}.attempt-${attempt}.`);
    const keepMs = artifact.expiresAtMs === null ? null : deps.settings.retentionMs;
    await deps.store.saveArtifact(fence, { ...artifact, name, keepMs });
  }
}
