import { z } from 'zod';

import { toAppError } from '../../domain/app-error.ts';
import type { GitHubClient } from './github-client.ts';
import type { Slug } from './slug.ts';

const ACTION = 'label a pull request in';

/**
 * Put the labels on that are not there yet; GitHub makes those it does not know. Returns what went wrong as a sentence: labels are no
 * reason to fail a run.
 */
export async function addLabels(
  client: GitHubClient,
  target: {
    readonly slug: Slug;
    readonly number: number;
    readonly present: readonly string[];
    readonly wanted: readonly string[];
  },
): Promise<readonly string[]> {
  const present = new Set(target.present.map((label) => label.toLowerCase()));
  const labels = target.wanted.filter((label) => !present.has(label.toLowerCase()));
  if (labels.length === 0) return [];
  const { owner, name: repo } = target.slug;
  try {
    await client.ask({
      action: ACTION,
      answer: z.array(z.object({ name: z.string() })),
      make: (request) =>
        request('POST /repos/{owner}/{repo}/issues/{issue_number}/labels', {
          owner,
          repo,
          issue_number: target.number,
          labels,
        }),
    });
    return [];
  } catch (thrown) {
    return [`The labels ${labels.join(', ')} could not be added. ${toAppError(thrown).message}`];
  }
}
