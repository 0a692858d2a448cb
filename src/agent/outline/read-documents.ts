import { openQuestions } from '../../domain/feature-documents.ts';
import { collapse, overlap, tellingWords } from './words.ts';

/** A user story of a spec.md, whoever wrote it. */
export interface DocumentStory {
  readonly number: number;
  readonly title: string;
  readonly priority: string;
  readonly description: string;
  readonly scenarios: readonly string[];
  /** The requirements it names, or those that speak of the same things. */
  readonly requirementIds: readonly string[];
}

/** A numbered line of a spec.md. */
export interface DocumentItem {
  readonly id: string;
  readonly text: string;
}

/** A key entity of a spec.md. */
export interface DocumentEntity {
  readonly name: string;
  readonly text: string;
  readonly attributes: readonly string[];
  readonly related: readonly string[];
}

/** What plan and tasks need of a spec.md; parts that are not there are empty. */
export interface SpecDocument {
  readonly title: string;
  readonly stories: readonly DocumentStory[];
  readonly requirements: readonly DocumentItem[];
  readonly criteria: readonly DocumentItem[];
  readonly entities: readonly DocumentEntity[];
  readonly exclusions: readonly string[];
  readonly openQuestions: readonly string[];
}

const STORY = /^### User Story (\d+)\s*[-–—:]\s*(.*?)\s*(?:\(Priority:\s*(P\d)\))?\s*$/u;
const ITEM = /^\s*(?:[-*]\s+)?\*{0,2}((?:FR|SC)-\d{3,})\*{0,2}\s*:\s*\*{0,2}\s*(.+)$/u;
const ENTITY = /^\s*[-*]\s+\*\*(.+?)\*\*\s*:?\s*(.*)$/u;
const MARKER = /\s*\[NEEDS\s+CLARIFICATION:?[^\]]*\]/gu;
const SHARED_WORDS = 2;

/** Read a spec.md back, as the rules wrote it or as a person edited it. */
export function readSpecDocument(text: string): SpecDocument {
  const lines = withoutInput(text).split(/\r?\n/u);
  const items = itemsOf(lines);
  const requirements = items.filter(({ id }) => id.startsWith('FR'));
  return {
    title: titleOf(lines),
    stories: storiesOf(lines, requirements),
    requirements,
    criteria: items.filter(({ id }) => id.startsWith('SC')),
    entities: partOf(lines, /^### Key Entities/u).flatMap(entityOf),
    exclusions: partOf(lines, /^## Out of Scope/u).flatMap(
      (line) => /^\s*[-*]\s+(.+)$/u.exec(line)?.[1] ?? [],
    ),
    openQuestions: openQuestions(text),
  };
}

/** The title of a document, without the kind of document in front of it. */
export function titleOf(lines: readonly string[]): string {
  const heading = lines.find((line) => /^# \S/u.test(line)) ?? '';
  return heading
    .replace(/^#\s+/u, '')
    .replace(/^(?:Feature Specification|Implementation Plan|Tasks):\s*/u, '')
    .trim();
}

/** The request itself is quoted in the document; its words are not the document's. */
function withoutInput(text: string): string {
  const start = text.search(/^\*\*Input\*\*:/mu);
  if (start < 0) return text;
  const length = text.slice(start).search(/\r?\n[ \t]*\r?\n/u);
  return text.slice(0, start) + (length < 0 ? '' : text.slice(start + length));
}

function itemsOf(lines: readonly string[]): readonly DocumentItem[] {
  const found = lines.flatMap((line) => {
    const match = ITEM.exec(line);
    return match === null
      ? []
      : [{ id: match[1] ?? '', text: collapse((match[2] ?? '').replaceAll(MARKER, '')) }];
  });
  return [...new Map(found.toReversed().map((item) => [item.id, item])).values()].toReversed();
}

function storiesOf(
  lines: readonly string[],
  requirements: readonly DocumentItem[],
): readonly DocumentStory[] {
  const starts = lines.flatMap((line, index) => (STORY.test(line) ? [index] : []));
  return starts.map((start) => {
    const [, number = '0', title = '', priority = ''] = STORY.exec(lines[start] ?? '') ?? [];
    const next = lines.findIndex((line, index) => index > start && /^#{1,3} /u.test(line));
    return storyOf(
      { number: Number(number), title, priority: priority || `P${number}` },
      lines.slice(start + 1, next < 0 ? undefined : next),
      requirements,
    );
  });
}

function storyOf(
  head: Pick<DocumentStory, 'number' | 'title' | 'priority'>,
  body: readonly string[],
  requirements: readonly DocumentItem[],
): DocumentStory {
  const description = collapse(
    body
      .slice(
        0,
        body.findIndex((line) => line.startsWith('**')),
      )
      .join(' '),
  );
  const scenarios = body.flatMap((line) => /^\s*(?:\d+[.)]|[-*])\s+(.*\bGiven\b.*)$/u.exec(line)?.[1] ?? []);
  const named = new Set(body.join('\n').match(/\bFR-\d{3,}\b/gu) ?? []);
  const about = tellingWords(`${head.title} ${description} ${scenarios.join(' ')}`);
  const alike = requirements
    .filter(({ text }) => overlap(tellingWords(text), about) >= SHARED_WORDS)
    .map(({ id }) => id);
  const known = requirements.map(({ id }) => id).filter((id) => named.has(id));
  return { ...head, description, scenarios, requirementIds: known.length > 0 ? known : alike };
}

function entityOf(line: string): readonly DocumentEntity[] {
  const [, name, text = ''] = ENTITY.exec(line) ?? [];
  if (name === undefined) return [];
  return [
    {
      name: name.replace(/:$/u, ''),
      text,
      attributes: splitList(/\bhas ([^;.]+)/u.exec(text)?.[1]),
      related: splitList(/\brelated to ([^;.]+)/u.exec(text)?.[1]),
    },
  ];
}

function splitList(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(/,| and /u)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function partOf(lines: readonly string[], heading: RegExp): readonly string[] {
  const start = lines.findIndex((line) => heading.test(line));
  if (start < 0) return [];
  const end = lines.findIndex((line, index) => index > start && /^#{1,3} /u.test(line));
  return lines.slice(start + 1, end < 0 ? undefined : end);
}
