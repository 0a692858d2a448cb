import { requirementText } from './clause.ts';
import { wishedThing } from './clause-of-story.ts';
import type { Priority, StatedPriority } from './priorities.ts';
import type { Requirement } from './requirements.ts';
import type { Statement } from './statements.ts';
import { clauseTitle, sentenceTitle, tidyTitle } from './titles.ts';
import { sectionRole } from './section-roles.ts';
import { isPerson } from './people.ts';
import { mostAlike } from './story-owners.ts';
import { byCodeUnit, overlap, tellingWords } from './words.ts';

/** Requirements that make one journey of one kind of user. */
export interface StoryGroup {
  readonly title: string;
  readonly priority: Priority;
  /** Words of the text that rank it; `null` when its place in the text does. */
  readonly stated: StatedPriority | null;
  /** The requirement the story starts from. */
  readonly lead: Requirement;
  readonly requirements: readonly Requirement[];
}

/** More stories than this are no longer one feature; what is alike is put together. */
const MAX_STORIES = 8;
/** From here on, bare capabilities that share this many words share a story. */
const MANY_CAPABILITIES = 6;
const SHARED_WORDS = 2;

interface Draft {
  readonly title: string;
  readonly lead: Requirement;
  readonly members: Requirement[];
}

/** Group requirements into prioritised stories. Rules that speak of no story in particular are left to all of them. */
export function groupStories(
  requirements: readonly Requirement[],
  rankings: readonly Statement[],
): readonly StoryGroup[] {
  const drafts =
    explicitStories(requirements) ?? sectionStories(requirements) ?? capabilityStories(requirements);
  const taken = new Set(drafts.flatMap((entry) => entry.members));
  const rest = requirements.filter(
    (requirement) => !taken.has(requirement) && !isAim(requirement, drafts) && !isOpen(requirement),
  );
  for (const requirement of rest) attach(requirement, drafts);
  const ranks = ranksOf(rankings, drafts);
  const groups = limited(drafts).map((entry, index) => prioritised(entry, index, ranks.get(entry) ?? null));
  return groups.toSorted((left, right) => left.priority - right.priority);
}

/** `As a … I want …`: each is a story, and what follows in the same section or nested list belongs to it. */
function explicitStories(requirements: readonly Requirement[]): Draft[] | null {
  const drafts: Draft[] = [];
  for (const requirement of requirements) {
    const { source } = requirement;
    const open = drafts.at(-1);
    if (source.kind === 'story') {
      drafts.push({ title: clauseTitle(requirement.clause), lead: requirement, members: [requirement] });
    } else if (open !== undefined && belongsTo(requirement, open.lead)) {
      open.members.push(requirement);
    }
  }
  return drafts.length === 0 ? null : drafts;
}

function belongsTo(requirement: Requirement, lead: Requirement): boolean {
  const { source } = requirement;
  if (source.role === 'constraint') return false;
  if (source.section === lead.source.section && source.section !== '') {
    return sectionRole(source.section) !== 'story' || source.depth > lead.source.depth;
  }
  return (
    (source.depth > lead.source.depth && source.group === lead.source.group) || source.role === 'acceptance'
  );
}

/** Two or more headings with requirements under them are the author's own cut. */
function sectionStories(requirements: readonly Requirement[]): Draft[] | null {
  const bySection = new Map<string, Requirement[]>();
  for (const requirement of requirements) {
    const { section, role } = requirement.source;
    if (!['neutral', 'first', 'later'].includes(role) || section === '') continue;
    bySection.set(section, [...(bySection.get(section) ?? []), requirement]);
  }
  if (bySection.size < 2) return null;
  return [...bySection].flatMap(([section, members]) => {
    const lead = members.find(isCapability) ?? members[0];
    return lead === undefined ? [] : [{ title: tidyTitle(section), lead, members }];
  });
}

/** Without any structure, each thing somebody can do is a story; the same thing done in several ways is one. */
function capabilityStories(requirements: readonly Requirement[]): Draft[] {
  const capabilities = requirements.filter(isCapability);
  const leads = capabilities.length > 0 ? capabilities : requirements.slice(0, 1);
  const drafts: Draft[] = [];
  for (const lead of leads) {
    const near =
      leads.length > MANY_CAPABILITIES ? drafts.find((entry) => areAlike(entry.lead, lead)) : undefined;
    if (near === undefined) drafts.push({ title: clauseTitle(lead.clause), lead, members: [lead] });
    else near.members.push(lead);
  }
  return drafts;
}

/** What the text ranks apart stays apart. */
function areAlike(left: Requirement, right: Requirement): boolean {
  return (
    left.source.priority?.priority === right.source.priority?.priority &&
    overlap(left.words, right.words) >= SHARED_WORDS
  );
}

/** True for what somebody can do or is given with the product: what a story can start from. */
export function isCapability(requirement: Requirement): boolean {
  const { clause, source } = requirement;
  if (source.role === 'constraint' || clause.isNegated) return false;
  // `Only the author can …` narrows a capability and is none.
  if (/^(?:only|nobody|no one)\b/iu.test(clause.subject)) return false;
  if (clause.quoted !== null) return source.depth <= 0;
  if (wishedThing(clause) !== null && isPerson(clause.subject)) return true;
  const isProvided = clause.subject === 'System' && clause.action.startsWith('provide ');
  return isProvided || (clause.modal === 'can' && (isPerson(clause.subject) || clause.subject === 'Users'));
}

/** `We want a service where people share notes`, before the stories begin, is what all of them are for. */
function isAim({ clause, source }: Requirement, drafts: readonly Draft[]): boolean {
  const isProvided = clause.subject === 'System' && clause.action.startsWith('provide ');
  return (
    isProvided && drafts.every(({ lead }) => lead.source.kind === 'story' && lead.source.order > source.order)
  );
}

/** A question that belongs to nothing in particular waits for its answer outside of all stories. */
function isOpen({ source }: Requirement): boolean {
  return source.kind === 'question';
}

/** `Most important is search` ranks the story it speaks of. */
function ranksOf(
  rankings: readonly Statement[],
  drafts: readonly Draft[],
): ReadonlyMap<Draft, StatedPriority> {
  const ranks = new Map<Draft, StatedPriority>();
  for (const { text, priority } of rankings) {
    const owner = drafts.length < 2 ? undefined : mostAlike(tellingWords(text), drafts);
    if (owner !== undefined && priority !== null && !ranks.has(owner)) ranks.set(owner, priority);
  }
  return ranks;
}

/** Nested list items go with the item above them; other rules go where the same words are used, else to all stories. */
function attach(requirement: Requirement, drafts: readonly Draft[]): void {
  const parent = requirement.source.depth > 0 ? precedingDraft(requirement, drafts) : undefined;
  const owner =
    parent ?? mostAlike(requirement.words, drafts) ?? (drafts.length === 1 ? drafts[0] : undefined);
  owner?.members.push(requirement);
}

function precedingDraft(requirement: Requirement, drafts: readonly Draft[]): Draft | undefined {
  return drafts.findLast(
    ({ lead }) =>
      lead.source.order < requirement.source.order && lead.source.depth < requirement.source.depth,
  );
}

/** Too many stories are cut to the limit; the rest join the last one, under a title that says so. */
function limited(drafts: readonly Draft[]): readonly Draft[] {
  if (drafts.length <= MAX_STORIES) return drafts;
  const kept = drafts.slice(0, MAX_STORIES - 1);
  const [first, ...others] = drafts.slice(MAX_STORIES - 1);
  if (first === undefined) return kept;
  const members = [...first.members, ...others.flatMap((entry) => entry.members)];
  return [...kept, { title: `${first.title} and ${others.length} more`, lead: first.lead, members }];
}

function prioritised(entry: Draft, index: number, ranked: StatedPriority | null): StoryGroup {
  const stated = entry.lead.source.priority ?? ranked;
  const byPlace: Priority = index === 0 ? 1 : index < 3 ? 2 : 3;
  const inOrder = entry.members.toSorted((left, right) => byCodeUnit(left.id, right.id));
  return {
    title: entry.title || sentenceTitle(requirementText(entry.lead.clause)),
    priority: stated?.priority ?? byPlace,
    stated,
    lead: entry.lead,
    requirements: inOrder,
  };
}
