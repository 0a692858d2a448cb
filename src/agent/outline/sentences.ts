import { collapse } from './words.ts';

const ABBREVIATION =
  /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|no|nr|dr|mr|mrs|ms|z\.b|d\.h|u\.a|bzw|ca|usw|v))\.$/iu;
/** `J. Smith` goes on; `1.5 s.` and `plan b.` do not. */
const INITIAL = /(?:^|\s)\p{Lu}\.$/u;
const ENDING = /(?:[.!?]+["'”’)\]]*(?=\s))|(?:[。！？]+[」』）]*)/gu;

/** Longest piece that is looked at as one sentence; longer ones are cut so that every rule stays fast. */
const MAX_SENTENCE = 1200;

/** No paragraph is read further than this. */
const MAX_SENTENCES = 3000;

/** The sentences of one paragraph or list item, white space collapsed. Abbreviations, decimals and file names do not end one. */
export function splitSentences(text: string): readonly string[] {
  const plain = collapse(text);
  const sentences: string[] = [];
  let from = 0;
  for (const match of plain.matchAll(ENDING)) {
    const end = match.index + match[0].length;
    if (!endsSentence(plain, from, end)) continue;
    if (sentences.length >= MAX_SENTENCES) break;
    sentences.push(plain.slice(from, end).trim());
    from = end;
  }
  sentences.push(plain.slice(from).trim());
  return sentences.filter((sentence) => /[\p{L}\p{N}?？]/u.test(sentence)).map((sentence) => cut(sentence));
}

function endsSentence(text: string, from: number, end: number): boolean {
  const before = text.slice(Math.max(from, end - 12), end);
  if (ABBREVIATION.test(before) || INITIAL.test(before) || isInsideBrackets(text, end)) return false;
  const next = text.slice(end, end + 8).trimStart();
  // A marker or priority behind the full stop still speaks of this sentence.
  if (/^(?:\[|\(P\d)/u.test(next)) return false;
  // "Are you sure?" before deleting: a lower-case word goes on with the sentence.
  return !/^\p{Ll}/u.test(next) || /[。！？]/u.test(before.slice(-2));
}

/** A marker such as `[NEEDS CLARIFICATION: Which plan? All?]` stays in one piece. */
function isInsideBrackets(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 400), at);
  return before.lastIndexOf('[') > before.lastIndexOf(']') && text.slice(at, at + 400).includes(']');
}

function cut(sentence: string): string {
  return sentence.length <= MAX_SENTENCE ? sentence : `${sentence.slice(0, MAX_SENTENCE - 1).trimEnd()}…`;
}
