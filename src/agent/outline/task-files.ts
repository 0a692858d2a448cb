import type { PlanContext } from './plan-context.ts';
import type { DocumentStory } from './read-documents.ts';
import { slug, wordCount } from './words.ts';

/** The files of one story. */
export interface StoryFiles {
  readonly logic: string;
  readonly logicTest: string;
  /** Where the outside meets the story; `null` when the repository and the request show no such place. */
  readonly surface: string | null;
}

const STORY_WORDS = 3;

/** Paths for a story in the repository's own layout and naming; two stories never share a file by accident. */
export function storyFiles(story: DocumentStory, context: PlanContext): StoryFiles {
  const { placement, spec, interfaces } = context;
  const name = storySlug(story);
  const isTaken = spec.stories.some((other) => other.number < story.number && storySlug(other) === name);
  const unique = isTaken ? `${name}-${story.number}` : name;
  const logic = placement.existingFile(story.title) ?? placement.sourceFile('logic', unique);
  const hasSurface = interfaces.includes('http') || interfaces.includes('command line');
  const isSeparate =
    placement.layers.interface !== undefined && placement.layers.interface !== placement.layers.logic;
  return {
    logic,
    logicTest: placement.testFile(logic),
    surface: hasSurface && isSeparate ? placement.sourceFile('interface', unique) : null,
  };
}

/** The file name of an entity's model. */
export function entitySlug(name: string): string {
  return slug(name, 2) || 'entity';
}

function storySlug(story: DocumentStory): string {
  // `search notes by word` is the file `search-notes`: what follows a preposition is detail.
  const core = story.title.split(/ (?:as|at|by|for|from|in|of|on|to|via|with|within) /u)[0] ?? '';
  return slug(wordCount(core) > 1 ? core : story.title, STORY_WORDS) || `story-${story.number}`;
}
