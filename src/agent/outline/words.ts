/** Small, locale-free helpers for words: the same input gives the same bytes on every machine. */

const STOP_WORDS = new Set(
  (
    'a an and any are as at be been before being but by can cannot could did do does each every for from had has have he her his how i if ' +
    'in into is it its just let like made make many may me might more most must my need needs never new no not of off on once one only ' +
    'or other our out over own per same shall she should so some such than that the their them then there these they this those to ' +
    'too under until up us use used using very via want wants was we were what when where which while who whose will with within ' +
    'without would you your able also all after about able between system users user' +
    ' als auf aus bei beim das dem den der des die ein eine einem einen einer es für ich im ist kann können mit muss müssen nach nicht oder ' +
    'sind soll sollen sollte sollten um und von vom vor war wenn wer werden wie wir wird wurde zu zum zur darf dürfen'
  ).split(' '),
);

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['analyses', 'analysis'],
  ['children', 'child'],
  ['criteria', 'criterion'],
  ['people', 'person'],
  ['statuses', 'status'],
]);
const NOT_PLURAL =
  /(?:ss|us|is|ous|news|access|always|lens|series|https?|css|sms|gps|dns|tls|aws|ios|kubernetes|redis|postgres)$/u;

/** True for words that carry no meaning of their own: articles, pronouns, auxiliaries and the like. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word.toLowerCase());
}

/** Lower-case words of a text: runs of letters, digits, inner apostrophes and hyphens. */
export function words(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
}

/** How many words a text has. */
export function wordCount(text: string): number {
  return words(text).length;
}

/** The singular of an English noun, good enough to compare and to name things. */
export function singular(word: string): string {
  const known = IRREGULAR.get(word.toLowerCase());
  if (known !== undefined) return known;
  if (word.length < 4 || NOT_PLURAL.test(word)) return word;
  if (/[^aeiou]ies$/u.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ches|shes|sses|xes|zzes)$/u.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** True for a noun phrase that takes a plural verb. */
export function isPlural(phrase: string): boolean {
  // A name in code, such as `GET /limits`, is one thing.
  if (phrase.startsWith('`')) return false;
  const list = words(phrase);
  const first = list[0] ?? '';
  if (/^(?:a|an|each|every|this|one|no|another)$/u.test(first)) return false;
  if (/^(?:they|them|these|those)$/iu.test(phrase) || /\band\b/u.test(phrase)) return true;
  const head = phrase.split(/ (?:in|of|for|with|from|to|on|at|by|that|which|who)(?: |$)/u)[0] ?? phrase;
  const last = words(head).at(-1) ?? '';
  return singular(last) !== last;
}

/** The words that carry meaning, cut to what `delete`, `deleted` and `deleting` share. */
export function tellingWords(text: string): ReadonlySet<string> {
  return new Set(
    words(text)
      .filter((word) => word.length > 2 && !STOP_WORDS.has(word))
      .map((word) => stem(singular(word))),
  );
}

function stem(word: string): string {
  const cut = word.length > 5 ? word.replace(/(?:ing|ed|er|ment)$/u, '') : word;
  return cut.length > 3 ? cut.replace(/e$/u, '') : cut;
}

/** How many telling words two texts share. */
export function overlap(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of left) if (right.has(word)) shared += 1;
  return shared;
}

/** First letter in upper case. */
export function capitalise(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 32).trim();
  // A word such as `iOS` or `npm-check.ts` is written as its owner writes it.
  return /^[a-z]+[A-Z]/u.test(text) ? text : first.toUpperCase() + text.slice(first.length);
}

/** First letter in lower case, unless the word is an abbreviation or a mixed-case name. */
export function decapitalise(text: string): string {
  const first = /^[\p{L}\p{N}'’-]+/u.exec(text)?.[0] ?? '';
  const isOrdinary = /^\p{Lu}[\p{Ll}'’-]*$/u.test(first) && first !== 'I' && !/^I['’]/u.test(first);
  return isOrdinary ? first.toLowerCase() + text.slice(first.length) : text;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], conjunction = 'and'): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1) ?? ''}`;
}

/** `1 file`, `2 files`; thousands are grouped with a comma. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** `12,345`, without asking any locale. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
}

/** `a` or `an`, by the first letter. */
export function withArticle(noun: string): string {
  if (/^(?:a|an|the|each|every|this|my|their|its|our)\b/iu.test(noun)) return noun;
  const isVowel = /^(?:[aeio]|u(?!s|ni|ti))/iu.test(noun);
  return `${isVowel ? 'an' : 'a'} ${noun}`;
}

/** Cut at a word boundary, with an ellipsis when something was cut. */
export function shorten(text: string, maxLength: number): string {
  const characters = Array.from(text.slice(0, maxLength * 2 + 2));
  if (characters.length <= maxLength && text.length <= maxLength * 2 + 2) return text;
  const cut = characters.slice(0, maxLength - 1).join('');
  const space = cut.lastIndexOf(' ');
  const kept = space > maxLength / 2 ? cut.slice(0, space) : cut;
  return `${kept.replace(/[\s,;:.\-–—(]+$/u, '')}…`;
}

/** Lower-case ASCII words joined by hyphens; empty when the text has none. */
export function slug(text: string, maxWords: number): string {
  const list = text
    .normalize('NFKD')
    .replaceAll(/\p{M}|['’]/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((word) => word !== '');
  const telling = list.filter((word) => !STOP_WORDS.has(word));
  return (telling.length > 0 ? telling : list).slice(0, maxWords).join('-').slice(0, 60).replace(/-+$/u, '');
}

/** Code-unit order: the same everywhere, unlike `localeCompare`. */
export function byCodeUnit(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** White space runs as one space, ends trimmed. */
export function collapse(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
