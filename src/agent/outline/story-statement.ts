/** `As a <role>, I want <goal> so that <benefit>`. */
export interface StoryStatement {
  readonly role: string;
  /** Starts with `to` when it is something to do. */
  readonly goal: string;
  readonly benefit: string;
}

const PATTERNS: readonly RegExp[] = [
  /^(?:(?:user )?story ?\d*[:.-]? )?as (?:an? |the )?(?<role>[^,]{2,80}?),? (?:i|we)(?:['’]d| would)? (?<wish>want|like|need|wish|can|should|must|will)(?: be able)? (?<goal>.+?)(?:,? (?:so that|so|in order (?:to|that)|because) (?<benefit>.+))?$/iu,
  /^als (?<role>[^,]{2,80}?),? (?:möchte|will|muss|kann) ich,? (?<goal>.+?)(?:,? (?:damit|sodass|um) (?<benefit>.+))?$/iu,
  /^(?<role>[^、。]{1,40}?)として[、,]?(?<goal>.+)$/u,
];

/** The parts of a user story in its classic form; `null` for any other sentence. */
export function readStory(sentence: string): StoryStatement | null {
  for (const pattern of PATTERNS) {
    const parts = pattern.exec(sentence)?.groups;
    if (parts !== undefined) {
      const goal = (parts['goal'] ?? '').trim().replace(/,$/u, '');
      const isBare = /^(?:can|should|must|will)$/iu.test(parts['wish'] ?? '') && !/^to /iu.test(goal);
      return {
        role: (parts['role'] ?? '').trim(),
        goal: isBare ? `to ${goal}` : goal,
        benefit: (parts['benefit'] ?? '').trim().replace(/[.]$/u, ''),
      };
    }
  }
  return null;
}
