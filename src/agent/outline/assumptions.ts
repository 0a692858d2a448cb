import { quantitiesOf } from './quantities.ts';
import type { SpecReading } from './read-spec.ts';
import { counted, listed, shorten } from './words.ts';

type Rule = (reading: SpecReading) => readonly string[];

const MAX_BACKGROUND = 4;
const MAX_DEFERRED = 20;

/** In the order they are listed: what the request says itself, then how it was read, then what it leaves unsaid. */
const RULES: readonly Rule[] = [
  (reading) => reading.assumptions,
  (reading) =>
    reading.background.slice(0, MAX_BACKGROUND).map((text) => `Background given in the request: ${text}`),
  (reading) =>
    reading.notes === null
      ? []
      : [`The operator's notes count as part of the request: “${shorten(reading.notes.trim(), 400)}”`],
  (reading) =>
    reading.deferredQuestions
      .slice(0, MAX_DEFERRED)
      .map(
        (question) =>
          `Left open in the request and taken as not needed until somebody decides: “${question}”`,
      ),
  ({ deferredQuestions: { length } }) =>
    length <= MAX_DEFERRED
      ? []
      : [
          `The request leaves ${counted(length - MAX_DEFERRED, 'further question')} open, all under Input; none is taken as decided`,
        ],
  (reading) =>
    hasWord(reading, /\bshould\b/iu)
      ? ['“Should” is read as an obligation (MUST), “could” and “might” as an option (MAY)']
      : [],
  (reading) =>
    reading.requirements.some(({ clause }) => clause.subject === 'Users' && clause.quoted === null)
      ? ['“Users” are all people who can use the product today, unless a requirement names a narrower group']
      : [],
  (reading) =>
    reading.technologies.length === 0
      ? []
      : [
          `The request names ${listed(reading.technologies.map(({ name }) => name))}; the plan takes that as given`,
        ],
  (reading) =>
    quantitiesOf(
      reading.requirements.map(({ source }) => source.text),
      ['time', 'load', 'size', 'share', 'count'],
    ).length > 0
      ? []
      : ['The request gives no figures for speed, volume or availability, so none are set here'],
  (reading) =>
    reading.language === 'english'
      ? []
      : ['The request is not in English; its sentences are kept word for word instead of being rephrased'],
  (reading) =>
    reading.leftOut === 0
      ? []
      : [
          `The request holds ${counted(reading.leftOut, 'further statement')} beyond those numbered here; it should be cut into several features`,
        ],
  (reading) =>
    reading.isCut
      ? ['The request is longer than the rules read sentence by sentence; its end is under Input only']
      : [],
];

/** What the specification takes for granted, each said once. */
export function specAssumptions(reading: SpecReading): readonly string[] {
  const found = RULES.flatMap((rule) => rule(reading));
  return found.length > 0
    ? found
    : ['What the product does today stays as it is wherever the request is silent'];
}

function hasWord(reading: SpecReading, pattern: RegExp): boolean {
  return reading.requirements.some(({ source }) => pattern.test(source.text));
}
