import type { Requirement } from './requirements.ts';

/** What is looked at of a story that is being put together. */
interface Candidate {
  readonly lead: Requirement;
  readonly members: readonly Requirement[];
}

const MAX_MEMBERS = 8;

/**
 * The story a requirement shares most with. A word counts for less the more stories start with it, so that `deleted` leads
 * to the story about deleting and not to the first that speaks of notes. Words of other members decide only when no start does.
 */
export function mostAlike<Story extends Candidate>(
  wanted: ReadonlySet<string>,
  stories: readonly Story[],
): Story | undefined {
  const byLead = best(wanted, stories, ({ lead }) => lead.words);
  return (
    byLead ??
    best(
      wanted,
      stories,
      ({ members }) => new Set(members.slice(0, MAX_MEMBERS).flatMap(({ words }) => [...words])),
    )
  );
}

function best<Story extends Candidate>(
  wanted: ReadonlySet<string>,
  stories: readonly Story[],
  wordsOf: (story: Story) => ReadonlySet<string>,
): Story | undefined {
  const all = stories.map((story) => wordsOf(story));
  const weights = new Map(
    [...wanted].map((word) => [word, 1 / Math.max(1, all.filter((set) => set.has(word)).length)]),
  );
  const scores = all.map((set) =>
    [...wanted].reduce((sum, word) => sum + (set.has(word) ? (weights.get(word) ?? 0) : 0), 0),
  );
  const top = Math.max(0, ...scores);
  return top > 0 ? stories[scores.indexOf(top)] : undefined;
}
