import { conditionOf } from './clause.ts';
import { findQuantities, type Quantity } from './quantities.ts';
import type { Requirement } from './requirements.ts';
import { listed, singular } from './words.ts';

/** A situation at the border of the request: what happens, where it comes from and what the text says about it. */
export interface EdgeCase {
  readonly situation: string;
  readonly requirementIds: readonly string[];
  readonly expectation: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly situation: string;
  readonly expectation: string;
  /** The text answers the case already when this is found anywhere in it. */
  readonly answeredBy: RegExp | null;
}

const UNSAID = 'the request does not say';
const MAX_EDGE_CASES = 9;

const RULES: readonly Rule[] = [
  {
    pattern: /\b(?:list|see|view|browse|search|filter|show|dashboard|report|export)(?:e?s)?\b/iu,
    situation: 'There is nothing to show yet, or nothing matches',
    expectation: 'an empty result with a plain message is expected, not an error',
    answeredBy: /\b(?:empty|no results?|nothing (?:found|to))\b/iu,
  },
  {
    pattern: /\b(?:upload|import|parse|attach)\w*\b/iu,
    situation: 'The input is empty, damaged or of another kind than expected',
    expectation: 'it is refused as a whole with the reason, and nothing is half stored',
    answeredBy: /\b(?:invalid|malformed|corrupt|wrong format)\b/iu,
  },
  {
    pattern:
      /\b(?:only|owner|admin\w*|permission|private|role|access|log ?in|sign ?in|authenticat\w+|authoriz\w+)\b/iu,
    situation: 'Somebody without the right to it tries',
    expectation: 'they are refused without learning more than that, and nothing changes',
    answeredBy: /\b(?:403|401|forbidden|unauthori[sz]ed|denied)\b/iu,
  },
  {
    pattern:
      /\b(?:edit|update|change|rename|shared|collaborat\w+|reserve|assign|stock|inventory|simultaneous\w*|concurrent\w*)\b/iu,
    situation: 'Two people change the same thing at the same time',
    expectation: `${UNSAID} who wins; to be settled before this is built`,
    answeredBy: /\b(?:conflict|simultaneous\w*|concurrent\w*|at the same time|last write)\b/iu,
  },
  {
    pattern: /\b(?:delete|remove|archive|cancel)\b/iu,
    situation: 'Something is removed while somebody else still has it open or refers to it',
    expectation: `${UNSAID} what they see`,
    answeredBy: /\b(?:undo|restor\w+|trash|recover\w*|soft[- ]delet\w+)\b/iu,
  },
  {
    pattern: /\b(?:emails?|e-mails?|sms|notif\w+|remind\w*)\b/iu,
    situation: 'A message cannot be delivered',
    expectation: `${UNSAID} whether it is sent again or somebody is told`,
    answeredBy:
      /\b(?:retr(?:y|ies)|tried again|sent again|resen[dt]|bounc\w+|undeliver\w+|(?:cannot|not) be delivered|deliver\w+ fail\w*)\b/iu,
  },
  {
    pattern: /\b(?:webhooks?|payments?|pay|third[- ]party|external|integrat\w+|sync\w*|api key|oauth)\b/iu,
    situation: 'The other side cannot be reached or answers too late',
    expectation: `${UNSAID} whether to try again or to report the failure`,
    answeredBy: /\b(?:retr(?:y|ies)|tried again|unreachable|unavailable|time ?outs?|offline)\b/iu,
  },
  {
    pattern: /\b(?:submit|pay|buy|order|book|send|invite|subscribe|reserve)\b/iu,
    situation: 'The same action arrives twice, by a double click or a repeated request',
    expectation: 'it takes effect once',
    answeredBy: /\b(?:idempoten\w+|duplicate|twice|once)\b/iu,
  },
  {
    pattern:
      /\b(?:dates?|schedul\w+|remind\w*|deadlines?|calendar|due|every (?:day|week|month|morning|night)|midnight)\b/iu,
    situation: 'The person and the server are in different time zones, or the clocks change',
    expectation: `${UNSAID} whose time counts`,
    answeredBy: /\b(?:time ?zones?|UTC)\b/iu,
  },
  {
    pattern: /\b(?:search|filter|name|title|tags?|comments?|text)\b/iu,
    situation: 'The text holds accents, emoji, quotes or markup',
    expectation: 'it is kept and shown exactly as entered',
    answeredBy: /\b(?:unicode|utf-?8|escap\w+|sanitiz\w+)\b/iu,
  },
];

/** The borders the request itself touches: its limits first, then what its verbs and nouns suggest. */
export function readEdgeCases(requirements: readonly Requirement[]): readonly EdgeCase[] {
  const whole = requirements.map((requirement) => requirement.source.text).join('\n');
  const limits = requirements.flatMap((requirement) => limitCases(requirement));
  const stated = requirements.flatMap((requirement) => statedCases(requirement));
  const suggested = RULES.filter((rule) => !(rule.answeredBy?.test(whole) ?? false)).flatMap((rule) => {
    const ids = requirements
      .filter((requirement) => rule.pattern.test(requirement.source.text))
      .map(({ id }) => id);
    return ids.length === 0
      ? []
      : [{ situation: rule.situation, requirementIds: ids.slice(0, 4), expectation: rule.expectation }];
  });
  return [...limits.slice(0, 4), ...stated.slice(0, 3), ...suggested].slice(0, MAX_EDGE_CASES);
}

function limitCases(requirement: Requirement): readonly EdgeCase[] {
  return findQuantities(requirement.source.text)
    .filter((quantity) => quantity.bound !== 'none' && quantity.kind !== 'share')
    .map((quantity) => ({
      situation: situationAt(quantity),
      requirementIds: [requirement.id],
      expectation: expectationAt(quantity),
    }));
}

const BESIDE: Readonly<Record<Quantity['bound'], string>> = {
  upper: ', and just beyond',
  lower: ', and just below',
  threshold: '',
  none: '',
};

function situationAt(quantity: Quantity): string {
  const unit = quantity.value === '1' ? singular(quantity.unit) : quantity.unit;
  return `Exactly ${quantity.value} ${unit}${BESIDE[quantity.bound]}`;
}

function expectationAt(quantity: Quantity): string {
  if (quantity.bound === 'threshold') return `it is not yet “${quantity.text}”`;
  if (quantity.kind === 'time')
    return 'the first is in order; the request does not say what happens when it takes longer';
  if (quantity.kind === 'load' || quantity.kind === 'count')
    return 'the first works as described; the request does not say what happens beyond the figure';
  return 'the first is accepted, the other is refused with the limit named';
}

/** Failures the text describes itself are borders with a known answer. */
function statedCases(requirement: Requirement): readonly EdgeCase[] {
  const { condition } = conditionOf(requirement.clause);
  const isFailure =
    condition !== null &&
    /\b(?:fail\w*|error|invalid|missing|not (?:exist|found|available|match)|does not|cannot|wrong|expired?|empty|offline|unavailable|no longer|without)\b/iu.test(
      condition,
    );
  if (!isFailure) return [];
  return [
    {
      situation: `${condition.slice(0, 1).toUpperCase()}${condition.slice(1)}`,
      requirementIds: [requirement.id],
      expectation: `answered by ${listed([requirement.id])}`,
    },
  ];
}
