import type { Clause } from './clause.ts';
import type { StoryStatement } from './story-statement.ts';
import { capitalise, withArticle } from './words.ts';

/** What a user story obliges the product to. The first person of the story becomes the third. */
export function storyClause(story: StoryStatement): Clause {
  const goal = inThirdPerson(story.goal);
  const base = { opening: null, modal: 'must', isNegated: false, quoted: null } as const;
  const act = /^to (?:be able to )?(.+)$/iu.exec(goal)?.[1];
  if (act !== undefined)
    return { ...base, modal: 'can', subject: capitalise(withArticle(story.role)), action: act };
  const [, agent = '', what = ''] = /^(the [\p{L} -]{2,40}?|it) to (.+)$/iu.exec(goal) ?? [];
  if (what !== '') {
    const isSystem = /^(?:it|the (?:app|system|service|tool|site|application))$/iu.test(agent);
    return { ...base, subject: isSystem ? 'System' : capitalise(agent), action: what };
  }
  return { ...base, subject: capitalise(withArticle(story.role)), action: `get ${goal}` };
}

/** What somebody is to get, for a story that wishes for a thing instead of a deed; `null` for every other clause. */
export function wishedThing(clause: Clause): string | null {
  const isPlain =
    clause.quoted === null && clause.modal === 'must' && !clause.isNegated && clause.subject !== 'System';
  return isPlain ? (/^get (.+)$/iu.exec(clause.action)?.[1] ?? null) : null;
}

const PRONOUNS: Readonly<Record<string, string>> = {
  i: 'they',
  me: 'them',
  my: 'their',
  mine: 'theirs',
  myself: 'themselves',
  we: 'they',
  us: 'them',
  our: 'their',
  ours: 'theirs',
};

/** `export my notes` → `export their notes`. */
export function inThirdPerson(text: string): string {
  return text
    .replaceAll(/\b(?:I am|I['’]m)\b/giu, 'they are')
    .replaceAll(/\b(?:I have|I['’]ve)\b/giu, 'they have')
    .replaceAll(/(?<![\w./-])(?:I|me|my|mine|myself|we|us|our|ours)(?![\w./-])/giu, (word) =>
      word === 'US' ? word : (PRONOUNS[word.toLowerCase()] ?? word),
    );
}
