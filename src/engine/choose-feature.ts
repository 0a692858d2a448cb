import { appError } from '../domain/app-error.ts';
import { featureFolder, featureSlug, shortRunId } from '../domain/naming.ts';
import { isFeatureName } from '../domain/validate.ts';
import type { RunSession } from './run-session.ts';
import { findFeatureFor, highestNumber, type Feature } from './survey-features.ts';

/** The folder a run writes to; `existing` when it goes on with a feature the base branch has. */
export interface ChosenFeature {
  readonly folder: string;
  readonly existing: Feature | undefined;
}

const FOLDERS_SHOWN = 8;

/**
 * The folder the operator named, else the one this very spec text was written up in before, else a new one. New folders never
 * collide: numbers are reserved in the store, and timestamped names (a repository's own choice) end with the run's id.
 * @throws `feature_not_found`, `lease_lost`
 */
export async function chooseFeature(
  session: RunSession,
  features: readonly Feature[],
  isTimestamped: boolean,
): Promise<ChosenFeature> {
  const { run } = session;
  if (run.feature !== null) return findNamed(session, features, run.feature);
  const existing = findFeatureFor(features, run.specText);
  if (existing !== undefined) return { folder: existing.folder, existing };
  if (isTimestamped) return { folder: timestampedFolder(session), existing: undefined };
  const number = await session.deps.store.reserveFeatureNumber(session.fence, highestNumber(features));
  return { folder: featureFolder(number, featureSlug(run.specText)), existing: undefined };
}

function findNamed({ run }: RunSession, features: readonly Feature[], folder: string): ChosenFeature {
  const existing = features.find((feature) => feature.folder === folder);
  if (existing !== undefined) return { folder, existing };
  // A repository may hold folders that no request can name.
  const known = features
    .map((feature) => feature.folder)
    .filter(isFeatureName)
    .slice(-FOLDERS_SHOWN);
  throw appError('feature_not_found', {
    branch: run.baseBranch,
    feature: folder,
    known: known.join(', ') || 'none yet',
  });
}

/** `YYYYMMDD-HHMMSS-{slug}-{run id, first 8}`, by the time the run was accepted. */
function timestampedFolder({ run }: RunSession): string {
  const digits = new Date(run.createdAtMs).toISOString().replaceAll(/\D/gu, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${featureSlug(run.specText)}-${shortRunId(run.id)}`;
}
