import { conditionOf, inSentence, outcomeText, type Clause } from './clause.ts';
import type { Requirement } from './requirements.ts';
import type { StoryGroup } from './stories.ts';
import { inThirdPerson, wishedThing } from './clause-of-story.ts';
import { isPerson } from './people.ts';
import { findQuantities } from './quantities.ts';
import { verbClass } from './verbs.ts';
import { decapitalise, isPlural, singular, withArticle, words } from './words.ts';

/** One acceptance scenario, its parts without their keywords. */
export interface Scenario {
  readonly context: string;
  readonly event: string;
  readonly outcome: string;
  /** The requirement it checks; `null` when the request gave it as a scenario. */
  readonly requirementId: string | null;
}

/** Who the story is about and what they do in it: the setting for the rules among its requirements. */
interface Setting {
  readonly actor: string;
  readonly act: string;
  readonly entities: ReadonlySet<string>;
}

const MAX_SCENARIOS = 10;
/** Things somebody looks at when they like; the others come by themselves. */
const SHOWN_THING =
  /^(?:an?|the)? ?(?:[\p{L}-]+ ){0,2}(?:list|overview|report|page|view|dashboard|summary|table|screen|search|filter|button|way|option|chart)s?\b/iu;
const PREPOSITION =
  / (?:as|to|by|with|from|in|on|for|via|using|within|at|into|that|which|who|so|before|after|when|if|without|until|per|of (?:up|at|more|less|fewer|their)|up|online|offline|again|under|between|through|over|and then)\b.*$/iu;
const STATED =
  /\bgiven\b:?\s*(?<given>.+?)[\s,;.]*\bwhen\b:?\s*(?<when>.+?)[\s,;.]*\bthen\b:?\s*(?<then>.+)$/isu;

/** The scenarios of a story, one per requirement, the one it starts from first. */
export function storyScenarios(story: StoryGroup, entities: ReadonlySet<string>): readonly Scenario[] {
  const setting = settingOf(story.lead.clause, entities);
  const others = story.requirements.filter((requirement) => requirement !== story.lead);
  return [story.lead, ...others]
    .slice(0, MAX_SCENARIOS)
    .map((requirement) => scenarioOf(requirement, story, setting))
    .map((scenario) => ({ ...scenario, outcome: scenario.outcome.replace(/[.\s]+$/u, '') }));
}

/** A scenario the request spells out itself. */
export function statedScenario(text: string): Scenario | null {
  const parts = STATED.exec(text.replaceAll(/\*\*/gu, ''))?.groups;
  if (parts === undefined) return null;
  const given = parts['given'] ?? '';
  const when = parts['when'] ?? '';
  const then = parts['then'] ?? '';
  return {
    context: given.trim(),
    event: when.trim(),
    outcome: then.trim().replace(/\.$/u, ''),
    requirementId: null,
  };
}

function scenarioOf(requirement: Requirement, story: StoryGroup, setting: Setting): Scenario {
  const { clause, id } = requirement;
  const { condition, action } = conditionOf(clause);
  if (clause.quoted !== null) return { ...quotedScenario(requirement, story), requirementId: id };
  const isDeed =
    clause.modal === 'can' && (isPerson(clause.subject) || actorOf(clause.subject) === setting.actor);
  const refused = refusedScenario(clause, action.split(/;/u)[0] ?? action);
  if (refused !== null) return { ...refused, requirementId: id };
  if (isDeed) return { ...deedScenario(clause, setting), requirementId: id };
  if (isProvision(clause)) return { ...provisionScenario(action, setting), requirementId: id };
  const border = borderScenario(clause, setting);
  if (border !== null) return { ...border, requirementId: id };
  return {
    context: setting.actor,
    event: condition === null ? setting.act : decapitalise(condition),
    outcome: outcomeText(clause),
    requirementId: id,
  };
}

/** Limits and refusals are seen best when somebody oversteps them. */
function borderScenario(clause: Clause, setting: Setting): Omit<Scenario, 'requirementId'> | null {
  const subject = inSentence(clause.subject);
  const [limit] = findQuantities(clause.isNegated ? `not ${clause.action}` : clause.action);
  const isLimit =
    limit?.bound === 'upper' &&
    (limit.kind === 'length' || limit.kind === 'size') &&
    clause.subject !== 'System';
  const isRefusal =
    !clause.isNegated && /^be (?:rejected|refused|denied|blocked|declined)\b/u.test(clause.action);
  if (isLimit) {
    return {
      context: setting.actor,
      event: `they try it with ${withArticle(singularPhrase(subject).replace(/^(?:each|every|all|the|any) /iu, ''))} beyond ${limit.value} ${limit.unit}`,
      outcome: 'it is refused and the limit is named',
    };
  }
  return isRefusal
    ? { context: setting.actor, event: `they try it with ${subject}`, outcome: outcomeText(clause) }
    : null;
}

/** `Only the author can …` and `Users cannot …` are seen best when somebody else tries. */
function refusedScenario(clause: Clause, action: string): Omit<Scenario, 'requirementId'> | null {
  const onlyOne = /^(?:only|(?:nobody|no one) (?:but|except)) (.+)$/iu.exec(clause.subject)?.[1];
  const isExclusive = onlyOne !== undefined && isPerson(onlyOne);
  const isForbidden = clause.modal === 'can' && isPerson(clause.subject) && clause.isNegated;
  if (!isExclusive && !isForbidden) return null;
  return {
    context: isExclusive ? outsider(onlyOne) : actorOf(clause.subject),
    event: `they try to ${action}`,
    outcome: 'they are refused and nothing is changed',
  };
}

function outsider(insiders: string): string {
  const people = actorOf(insiders).replaceAll(/\b(?:our|my)\b/giu, 'the');
  return people.includes(' and ') ? `somebody other than ${people}` : `somebody who is not ${people}`;
}

function isProvision(clause: Clause): boolean {
  return (
    clause.quoted === null &&
    clause.subject === 'System' &&
    !clause.isNegated &&
    /^(?:provide|support|offer) /u.test(clause.action)
  );
}

/** What the system provides is used; what it is for, when the text says so, is what can be seen. */
function provisionScenario(action: string, setting: Setting): Omit<Scenario, 'requirementId'> {
  const purpose = /(?: where|,? so that|,? so) (.+)$/u.exec(action)?.[1];
  const deed = purposeDeed(purpose ?? '');
  if (deed !== null) return deedScenario(deed, setting);
  const thing = providedThing(action);
  const works = isPlural(thing) ? 'they work' : 'it works';
  const outcome = purpose ?? `${works} from start to end as the request describes it`;
  return { context: setting.actor, event: `they use ${thing}`, outcome };
}

/** `users can export notes`: what the provided thing lets people do, when its verb says what comes of it. */
function purposeDeed(purpose: string): Clause | null {
  const [, subject = '', action = ''] = /^(.+?) can (.+)$/u.exec(purpose) ?? [];
  const outcome = verbClass(words(action)[0] ?? '')?.outcome ?? '';
  if (outcome === '' || !isPerson(subject)) return null;
  return { opening: null, subject, modal: 'can', isNegated: false, action, quoted: null };
}

function providedThing(action: string): string {
  const thing = action
    .replace(/^\S+ /u, '')
    .replace(/,? (?:where|so that|so|that|which|because|in order to)\b.*$/u, '')
    .replace(/^an? /iu, 'the ');
  return decapitalise(thing);
}

function deedScenario(clause: Clause, setting: Setting): Omit<Scenario, 'requirementId'> {
  const { condition, action } = conditionOf(clause);
  const verb = words(action)[0] ?? '';
  const kind = verbClass(verb);
  const object = objectOf(action);
  const thing = singularPhrase(lastWord(object));
  const hasThing = kind?.needsObject === true && setting.entities.has(thing);
  const actor = actorOf(clause.subject);
  return {
    context: `${actor}${hasThing ? ` and at least one existing ${thing}` : ''}${condition === null ? '' : `, at a time when ${decapitalise(condition)}`}`,
    event: `they ${inThirdPerson(action)}`,
    outcome: outcomeOf(kind?.outcome ?? '', object, action),
  };
}

function outcomeOf(template: string, object: string, action: string): string {
  const isUsable = template !== '' && !(template.includes('{object}') && object === '');
  if (!isUsable) return `they succeed, and the result of “${action}” can be seen`;
  const name = /^(?:it|them|this|that|these|those)$/u.test(object)
    ? object
    : /^(?:a|an|the|their|his|her|its|each|every|all|any|one|this)\b/iu.test(object)
      ? object.replace(/^(?:an?|any|one) /iu, 'the ')
      : `the ${object}`;
  return template
    .replace('{object}', name)
    .replace('{is}', isPlural(name) ? 'are' : 'is')
    .replace('{has}', isPlural(name) ? 'have' : 'has');
}

/** The noun phrase after the verb (or verbs), up to the first preposition. */
function objectOf(action: string): string {
  const [, ...rest] = inThirdPerson(action).split(' ');
  const phrase = ` ${rest.join(' ')}`.replace(PREPOSITION, '').trim();
  const afterVerbs = phrase
    .replace(/^(?:(?:,|and|or)?\s*(?:and|or)\s+)[a-z]+\s+/u, '')
    .replace(/^[a-z]+,? (?:and|or) [a-z]+ (?=\S)/u, (match) =>
      verbClass(words(match)[0] ?? '') !== undefined && verbClass(words(match).at(-1) ?? '') !== undefined
        ? ''
        : match,
    );
  return /[,;:]/u.test(afterVerbs) ? '' : afterVerbs.replace(/^(?:in|out|up|down|through|off)$/u, '');
}

function quotedScenario(requirement: Requirement, story: StoryGroup): Omit<Scenario, 'requirementId'> {
  return {
    context: 'the feature as this story describes it',
    event:
      requirement === story.lead
        ? 'somebody goes through the story from start to end'
        : `somebody checks ${requirement.id}`,
    outcome: outcomeText(requirement.clause),
  };
}

function settingOf(clause: Clause, entities: ReadonlySet<string>): Setting {
  const isDeed = clause.quoted === null && clause.modal === 'can' && isPerson(clause.subject);
  if (isDeed) {
    return {
      actor: actorOf(clause.subject),
      act: `they ${inThirdPerson(conditionOf(clause).action)}`,
      entities,
    };
  }
  const thing = wishedThing(clause);
  if (thing !== null) {
    const act = SHOWN_THING.test(thing) ? 'they ask for it' : 'the moment this story describes comes';
    return { actor: actorOf(clause.subject), act, entities };
  }
  const deed = isProvision(clause) ? purposeDeed(/ where (.+)$/u.exec(clause.action)?.[1] ?? '') : null;
  if (deed !== null) return settingOf(deed, entities);
  return {
    actor: 'a user',
    act: isProvision(clause) ? `they use ${providedThing(clause.action)}` : 'they use the feature',
    entities,
  };
}

/** `Users` → `a user`, `The owner` → `the owner`, `Each admin` → `an admin`. */
function actorOf(subject: string): string {
  const plain = inSentence(subject).replace(/^(?:all|any|each|every|only|both|some|most) /iu, '');
  const indefinite = plain.replace(/^(?:everybody|everyone|anybody|people|they)\b/iu, 'anyone');
  if (/^(?:the|a|an|their|his|her|one|this|no|anyone|nobody|somebody)\b/iu.test(indefinite))
    return indefinite;
  // The head of the phrase is the person: `users in the team` → `a user in the team`.
  return withArticle(
    indefinite.replace(
      /^((?:[\p{L}-]+ )*?)([\p{L}]+)(?= (?:in|of|with|who|from|on|at|without)\b|$)/u,
      (_, lead: string, head: string) => lead + singular(head),
    ),
  );
}

function singularPhrase(phrase: string): string {
  return phrase.replace(/[\p{L}]+$/u, (word) => singular(word));
}

function lastWord(phrase: string): string {
  return words(phrase).at(-1) ?? '';
}
