import { wordCount } from './words.ts';

const PEOPLE =
  'accountant administrator admin agent analyst applicant approver assignee author baker bookkeeper borrower buyer candidate cashier citizen ' +
  'clerk client colleague contributor cook courier customer developer dispatcher doctor donor driver editor employee engineer guest ' +
  'host landlord librarian maintainer manager member moderator nurse operator organiser organizer owner parent participant ' +
  'patient planner player reader recruiter reviewer seller shopper student subscriber supplier teacher team technician tenant trainer ' +
  'traveller traveler user vendor viewer visitor volunteer worker writer';
const PERSON = new RegExp(
  String.raw`\b(?:(?:${PEOPLE.replaceAll(' ', '|')})s?|anyone|everybody|everyone|families|nobody|people|staff)\b`,
  'iu',
);
const MANY = new RegExp(
  String.raw`^(?:(?:${PEOPLE.replaceAll(' ', '|')})s|everybody|everyone|people|staff)$`,
  'iu',
);
/** Words behind `users` that are no verb, or speak of habits rather than of the product. */
const NO_DEED =
  /^(?:a|about|all|also|always|and|are|as|at|by|can|cannot|could|currently|did|do|for|from|had|has|have|in|is|may|might|must|need|needs|never|not|of|often|on|or|shall|should|sometimes|the|their|today|to|usually|want|was|were|who|whose|that|will|with|without|would)$/u;

/** True for words that name people: they get things to do, the system gets things to provide. */
export function isPerson(subject: string): boolean {
  return PERSON.test(subject);
}

/** What people do, as in `Customers pay by card`; `null` when a sentence is built otherwise or speaks of the writer's own world. */
export function deedOf(sentence: string): { readonly people: string; readonly deed: string } | null {
  const [people = '', verb = '', ...rest] = sentence.split(' ');
  const isDeed = MANY.test(people) && /^[a-z]+$/u.test(verb) && !NO_DEED.test(verb) && rest.length > 0;
  if (!isDeed || wordCount(sentence) > 30 || /\b(?:us|our|we|my)\b/iu.test(sentence)) return null;
  return { people, deed: [verb, ...rest].join(' ') };
}
