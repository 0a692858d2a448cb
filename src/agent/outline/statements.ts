import { isDuty } from './modals.ts';
import type { Language } from './language.ts';
import { readBlocks, type Block } from './markdown-blocks.ts';
import { asQuestion, readOpenPoints } from './open-points.ts';
import { statedPriority, type StatedPriority } from './priorities.ts';
import { sectionRole, splitLabel, type SectionRole } from './section-roles.ts';
import { splitSentences } from './sentences.ts';
import { isBackground, isObligation } from './sentence-rules.ts';
import { readStory, type StoryStatement } from './story-statement.ts';
import { capitalise, decapitalise } from './words.ts';

/** What one sentence of the request is. */
export type StatementKind =
  | 'assumption'
  | 'background'
  | 'criterion'
  | 'exclusion'
  | 'obligation'
  | 'question'
  | 'ranking'
  | 'scenario'
  | 'story';

/** One sentence of the request, with what it is and where it stands. */
export interface Statement {
  readonly kind: StatementKind;
  readonly text: string;
  readonly role: SectionRole;
  readonly section: string;
  readonly group: number;
  /** Position in the request. */
  readonly order: number;
  /** Nesting depth below the list it is in; -1 for running text. */
  readonly depth: number;
  readonly story: StoryStatement | null;
  readonly priority: StatedPriority | null;
  /** What the sentence leaves open. */
  readonly questions: readonly string[];
}

/** More sentences than this are not looked at one by one; the documents say so. */
export const MAX_STATEMENTS = 3000;

const RANKING =
  /^(?:the )?(?:most|least) important\b|^(?:the )?(?:highest|top|lowest) priority\b|\b(?:is|are) (?:the )?(?:most|least|less) important\b|\b(?:can|may|could|should|must)? ?comes? (?:first|second|last|later|next)\b/iu;
const SCENARIO = /\bgiven\b.+\bwhen\b.+\bthen\b/isu;
const EXCLUSION =
  /^no\b.*\b(?:needed|required|necessary|planned)$|\b(?:later|eventually|in the future|some ?day)\b.*\b(?:might|may|could)\b|\b(?:might|may|could)\b.*\b(?:later|eventually|in the future|some ?day)\b|\b(?:out of scope|not in scope|not part of (?:this|the)|won['’]t be (?:built|part|included)|will not be (?:built|part|included)|is not (?:needed|required|planned)|are not (?:needed|required|planned)|no need (?:to|for)|(?:do not|don['’]t) need|not (?:for|in) (?:this|the first) (?:release|version|iteration))\b|nicht (?:teil|bestandteil)\b|wird nicht benötigt|対象外/iu;

/** The statements of the blocks of a request, in order, each classified by the first rule that holds. */
export function readStatements(blocks: readonly Block[], language: Language): readonly Statement[] {
  const statements: Statement[] = [];
  for (const block of blocks) {
    if (statements.length >= MAX_STATEMENTS) break;
    if (block.kind === 'item' || block.kind === 'paragraph') statements.push(...ofBlock(block, language));
  }
  return statements.slice(0, MAX_STATEMENTS).map((statement, order) => ({ ...statement, order }));
}

/** Blocks and statements of a text that stands outside the request, such as the operator's notes. */
export function readPlainStatements(text: string, language: Language): readonly Statement[] {
  return readStatements(readBlocks(text), language);
}

function ofBlock(block: Block, language: Language): readonly Statement[] {
  if (block.kind === 'paragraph' && /[:：]$/u.test(block.text)) return [];
  if (SCENARIO.test(block.text)) return [asScenario(block)];
  return splitSentences(completed(block)).flatMap((sentence) => ofSentence(sentence, block, language));
}

/** `Users should be able to:` above a list is the start of each of its items. */
function completed(block: Block): string {
  const isStart = /\b(?:to|can|must|should|shall|be)$/iu.test(block.leadIn);
  return isStart && block.kind === 'item' && block.level === 0
    ? `${block.leadIn} ${decapitalise(block.text)}`
    : block.text;
}

function ofSentence(sentence: string, block: Block, language: Language): readonly Statement[] {
  const label = splitLabel(sentence);
  const role = label?.role ?? roleOf(block);
  const { questions, rest } = readOpenPoints(label?.rest ?? sentence);
  const text = cleaned(rest);
  const base = {
    ...placeOf(block),
    role,
    questions,
    priority: statedPriority(sentence, block.section, role),
  };
  if (text === '' || role === 'question') return questionOf(text, base);
  const story = role === 'exclusion' ? null : readStory(text);
  return story === null ? classified(text, base, language) : [{ ...base, kind: 'story', text, story }];
}

/** What stands under `Open questions` asks, with or without a question mark. */
function questionOf(text: string, base: Omit<Statement, 'kind' | 'text'>): readonly Statement[] {
  const isSaid = /[\p{L}\p{N}]/u.test(text);
  const questions = base.questions.length > 0 || !isSaid ? base.questions : [asQuestion(text)];
  return questions.length === 0
    ? []
    : [{ ...base, kind: 'question', text: text || (questions[0] ?? ''), questions }];
}

function classified(
  text: string,
  base: Omit<Statement, 'kind' | 'text'>,
  language: Language,
): readonly Statement[] {
  const kind = kindOf(text, base, language);
  if (kind === 'ranking') return rankings(text, base);
  const parts = kind === 'obligation' && language === 'english' ? splitObligations(text) : [text];
  return parts.map((part, index) => ({
    ...base,
    // `We expect 300 orders a month, and pages must load quickly`: half of it is no duty.
    kind: parts.length > 1 && isBackground(part) ? 'background' : kind,
    text: part,
    questions: index === 0 ? base.questions : [],
  }));
}

function roleOf(block: Block): SectionRole {
  const role = sectionRole(block.section);
  return role === 'neutral' && block.leadIn !== '' ? sectionRole(block.leadIn) : role;
}

const KIND_BY_ROLE: Readonly<Partial<Record<SectionRole, StatementKind>>> = {
  exclusion: 'exclusion',
  criterion: 'criterion',
  assumption: 'assumption',
};

function kindOf(
  text: string,
  at: Pick<Statement, 'role' | 'depth' | 'questions'>,
  language: Language,
): StatementKind {
  const fixed = KIND_BY_ROLE[at.role];
  if (fixed !== undefined) return fixed;
  if (EXCLUSION.test(text)) return 'exclusion';
  if (RANKING.test(text) && text.length < 200) return 'ranking';
  if (at.questions.length > 0) return 'obligation';
  if (at.role === 'background') return isDuty(text) ? 'obligation' : 'background';
  if (at.depth >= 0) return 'obligation';
  return isObligation(text, language) ? 'obligation' : 'background';
}

/** `Search comes first; tags can come later` ranks two things. */
function rankings(text: string, base: Omit<Statement, 'kind' | 'text'>): readonly Statement[] {
  return text.split(/;\s+|,?\s+(?:and|but|while)\s+/u).map((part) => ({
    ...base,
    kind: 'ranking',
    text: part,
    priority:
      statedPriority(part, '', 'neutral') ??
      (/\bfirst$|\bcomes? first\b/iu.test(part) ? { priority: 1, because: 'first' } : null),
  }));
}

const SUBJECT_AND_MODAL = String.raw`(?=(?:(?!(?:and|or|to|that|which)\b)[\w'’-]+\s+){1,3}(?:must|should|shall|can|cannot|may)\s)`;
const PART_BORDER = new RegExp(
  // Without a comma only a clause that is complete may end here: `the customer and our accountants may` is one subject.
  String.raw`;\s+|,\s+(?:and|but)\s+${SUBJECT_AND_MODAL}|(?<=\b(?:must|should|shall|can|cannot|may|is|are|has|have)\b.{3,200})\s(?:and|but)\s+${SUBJECT_AND_MODAL}`,
  'iu',
);

/** One sentence may hold several duties: `…; …` and `… and admins can …`. */
function splitObligations(text: string): readonly string[] {
  const parts = text.split(PART_BORDER);
  const isComplete = parts.length > 1 && parts.every((part) => part.split(' ').length > 2);
  // A pronoun would lose what it stands for.
  if (parts.slice(1).some((part) => /\b(?:it|its|they|them|their|this|these|those)\b/iu.test(part)))
    return [text];
  return isComplete ? parts.map((part) => capitalise(cleaned(part))) : [text];
}

function asScenario(block: Block): Statement {
  const text = cleaned(block.text.replaceAll(/\s+/gu, ' '));
  return { ...placeOf(block), kind: 'scenario', text, role: roleOf(block), priority: null, questions: [] };
}

function placeOf(block: Block): Pick<Statement, 'section' | 'group' | 'order' | 'depth' | 'story'> {
  return {
    order: 0,
    section: block.section,
    group: block.group,
    depth: block.kind === 'item' ? block.level : -1,
    story: null,
  };
}

/** Numbers, priority marks, emphasis and the full stop belong to the request's form, not to what it says. */
export function cleaned(text: string): string {
  return text
    .replaceAll(/\*\*|__|~~/gu, '')
    .replace(/^(?:hi|hello|hey|dear)(?: [\p{L}]+){0,2}[,!] +/iu, '')
    .replace(/^please +/iu, '')
    .replace(/^\s*(?:FR|NFR|REQ|R|US|AC|UC|SC)[-_ ]?\d+\s*[:.)-]?\s+/u, '')
    .replace(/^\s*[[(]?(?:P[1-3]|prio(?:rity)?\s?\d)[\])]?\s*[:.-]?\s+/iu, '')
    .replace(/\s*[[(](?:P[1-3]|prio(?:rity)?\s?\d)[\])]\s*\.?$/iu, '')
    .replace(/^[\s\p{Extended_Pictographic}\uFE0F]+(?=\p{L})/u, '')
    .replace(/[.;,:。]+\s*$/u, '')
    .trim();
}
