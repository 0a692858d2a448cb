import { isOlder } from '../lib/is-older.ts';

/**
 * The first version of each series in which a clone runs nothing of the repository (CVE-2024-32002, CVE-2024-32004, CVE-2024-32465,
 * fixed in May 2024). Newer series have the fixes from their beginning, older ones never got them.
 */
const FIXED_VERSIONS = ['2.39.4', '2.40.2', '2.41.1', '2.42.2', '2.43.4', '2.44.1', '2.45.1'] as const;

/** Oldest git we use. */
export const MINIMUM_GIT = FIXED_VERSIONS[0];

/** What a version such as `2.43.0` has to be replaced by, at least; `undefined` when it is safe. */
export function neededVersion(version: string): string | undefined {
  const series = seriesOf(version);
  const fixed = FIXED_VERSIONS.find((each) => seriesOf(each) === series) ?? MINIMUM_GIT;
  return isOlder(version, fixed) ? fixed : undefined;
}

function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
