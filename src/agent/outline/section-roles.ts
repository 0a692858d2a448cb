/** What the text under a heading, or after a label such as `Out of scope:`, is there for. */
export type SectionRole =
  | 'acceptance'
  | 'assumption'
  | 'background'
  | 'constraint'
  | 'criterion'
  | 'data'
  | 'exclusion'
  | 'first'
  | 'later'
  | 'neutral'
  | 'question'
  | 'requirement'
  | 'story';

/** First match wins: the narrow meanings stand before the broad ones. */
const ROLES: readonly (readonly [RegExp, SectionRole])[] = [
  [
    /\bout[- ]of[- ]scope\b|\bnon[- ]?goals?\b|\bnot in scope\b|\bwon['’]?t (?:have|do|be)\b|\bexcluded\b|nicht[- ]?ziele|außerhalb des umfangs|nicht enthalten|対象外|スコープ外/iu,
    'exclusion',
  ],
  [
    /\bopen (?:questions?|points?|issues?)\b|^questions?\b|\bunresolved\b|\bto be (?:decided|discussed|clarified|determined)\b|\bunknowns\b|offene (?:fragen|punkte)|未決|未定|質問/iu,
    'question',
  ],
  [
    /\bsuccess (?:criteria|metrics?|measures?)\b|^metrics\b|^kpis?\b|\bdefinition of done\b|erfolgskriterien|成功基準/iu,
    'criterion',
  ],
  [/\bacceptance\b|akzeptanzkriterien|受け入れ/iu, 'acceptance'],
  [/\bassum(?:ptions?|ed)\b|annahmen|前提/iu, 'assumption'],
  [
    /\blater\b|\bnice[- ]to[- ]haves?\b|\bfuture\b|\bphase (?:2|3|two|three)\b|\bstretch\b|\bcould[- ]haves?\b|^optional\b|\bp3\b|später|将来/iu,
    'later',
  ],
  [/\bmust[- ]haves?\b|\bmvp\b|\bp1\b|^(?:first|critical)\b/iu, 'first'],
  [
    /\bconstraints?\b|\btechnical (?:notes?|requirements?|details?)\b|\bnon[- ]functional\b|\btech(?:nology)?(?: stack)?$|randbedingungen|technische|制約|非機能/iu,
    'constraint',
  ],
  [/\buser stor(?:y|ies)\b|^stories$|\buse cases?\b|ユーザーストーリー/iu, 'story'],
  [
    /\bbackground\b|\bcontext\b|\bmotivation\b|^why\b|\bproblem\b|\bintroduction\b|\bstatus quo\b|hintergrund|ausgangslage|kontext|背景|課題/iu,
    'background',
  ],
  [/^(?:data|entities|fields|schema|data model)\b|datenmodell|^データ/iu, 'data'],
  [
    /\brequirements?\b|\bfeatures?\b|\bfunctional\b|\bscope\b|\bgoals?\b|\bfunctionality\b|anforderungen|funktionen|ziele|要件|機能/iu,
    'requirement',
  ],
];

const LABEL =
  /^(?:\*\*|__)?([\p{L}][\p{L}\p{N} /’'-]{1,28})(?:\*\*|__)?(?:：\s*|\s*:(?:\*\*|__)?\s+)(\S.*)$/su;

/** The role of a heading or label. */
export function sectionRole(heading: string): SectionRole {
  return ROLES.find(([pattern]) => pattern.test(heading))?.[1] ?? 'neutral';
}

/** Split a leading label with a meaning of its own, as in `Nice to have: dark mode`; other colons belong to the sentence. */
export function splitLabel(text: string): { readonly role: SectionRole; readonly rest: string } | null {
  const match = LABEL.exec(text);
  if (match === null) return null;
  const role = sectionRole(match[1] ?? '');
  return role === 'neutral' || role === 'requirement' || role === 'data'
    ? null
    : { role, rest: match[2] ?? '' };
}
