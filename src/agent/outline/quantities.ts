/** A number with a meaning, as the text gives it: `within 2 seconds`, `up to 500 users`, `99.9 %`. */
export interface Quantity {
  readonly text: string;
  readonly kind: 'time' | 'share' | 'money' | 'size' | 'length' | 'load' | 'count';
  /** A threshold, as in `over 100 €`, says when a rule applies, not what is allowed. */
  readonly bound: 'upper' | 'lower' | 'threshold' | 'none';
  readonly value: string;
  readonly unit: string;
}

const NUMBER = String.raw`\d{1,3}(?:[ ,.']\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?`;
const BOUND = String.raw`within|in under|in less than|under|less than|fewer than|at most|up to|no (?:more|longer) than|a maximum of|max(?:imum)?\.?(?: of)?|below|not (?:exceed|more than)|at least|more than|no (?:less|fewer) than|over|(?:longer|larger|bigger|greater|older) than|exceeds?|min(?:imum)?\.?(?: of)?|above|every|after|unter|höchstens|maximal|bis zu|innerhalb von|mindestens|mehr als`;
const UNITS: readonly (readonly [Quantity['kind'], string])[] = [
  [
    'time',
    String.raw`milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|hours?|h|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tagen?|秒|分|時間|日`,
  ],
  ['money', String.raw`€|\$|£|EUR|USD|GBP|euros?|dollars?|pounds?|円`],
  ['share', String.raw`%|percent|per cent|prozent|パーセント`],
  ['size', String.raw`[KMGT]i?B|bytes?|kilobytes?|megabytes?|gigabytes?|pixels?|px`],
  ['length', String.raw`characters?|chars?|letters?|words?|lines?|digits?|zeichen|文字`],
  [
    'load',
    String.raw`(?:[a-z]+ ){0,2}(?:requests?|users?|customers?|visitors?|sessions?|connections?|orders?|transactions?|messages?|events?|members?|employees?|participants?|benutzern?|nutzern?)(?: per (?:second|minute|hour|day)|/s)?|人`,
  ],
  [
    'count',
    String.raw`(?:[a-z]+ )?(?:items?|rows?|entries|files?|records?|notes?|results?|pages?|times|attempts?|retries|documents?|images?|photos?|products?|tags?|columns?|devices?|links?|failures?|points?|件|回)`,
  ],
];
const QUANTITY = new RegExp(
  String.raw`(?:\b(${BOUND}) )?(?<![\w.,#/-])(${NUMBER})[ -]?(?:${UNITS.map(([, unit]) => `(${unit})`).join('|')})(?![\p{L}\p{N}])`,
  'giu',
);
const LOWER = /least|no less|no fewer|min|mindestens/iu;
const BEYOND = /more than|over|above|longer|larger|bigger|greater|older|exceed|mehr als/iu;
const UPPER =
  /within|under|less than|fewer than|most|up to|no more|no longer|max|below|not exceed|not more|unter|höchstens|bis zu|innerhalb/iu;

/** Every quantity of a sentence, in order. */
export function findQuantities(sentence: string): readonly Quantity[] {
  return [...sentence.matchAll(QUANTITY)].map((match) => {
    const [text, bound = '', value = '', ...units] = match;
    const index = units.findIndex((unit) => unit !== undefined);
    const before = sentence.slice(Math.max(0, match.index - 24), match.index);
    const isNegated = /\b(?:not|never|cannot|nicht)\b/iu.test(before) && BEYOND.test(bound);
    return {
      text: `${isNegated ? 'not ' : ''}${text.trim()}`,
      kind: UNITS[index]?.[0] ?? 'count',
      bound: isNegated ? 'upper' : boundOf(bound),
      value,
      unit: units[index] ?? '',
    };
  });
}

function boundOf(bound: string): Quantity['bound'] {
  if (UPPER.test(bound)) return 'upper';
  if (LOWER.test(bound)) return 'lower';
  return BEYOND.test(bound) ? 'threshold' : 'none';
}

/** The quantities of a kind, each text once. */
export function quantitiesOf(
  sentences: readonly string[],
  kinds: readonly Quantity['kind'][],
): readonly string[] {
  const found = sentences.flatMap((sentence) => findQuantities(sentence));
  return [
    ...new Set(found.filter((quantity) => kinds.includes(quantity.kind)).map((quantity) => quantity.text)),
  ];
}
