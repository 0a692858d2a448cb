/** A form of secret that can be told without knowing it. */
interface ProviderPattern {
  readonly name: string;
  /** Global; matches the secret and nothing around it. */
  readonly pattern: RegExp;
}

/**
 * What the tokens of the services this project meets look like, by their own documentation. No letter or digit stands before them; an
 * underscore may, since names are put before tokens that way. JSON web tokens are left out: most of them are no secret.
 */
const PROVIDER_PATTERNS: readonly ProviderPattern[] = [
  {
    name: 'github token',
    pattern: /(?<![0-9A-Za-z])gh[pousr]_[0-9A-Za-z._-]{36,255}/gu,
  },
  {
    name: 'github fine-grained token',
    pattern: /(?<![0-9A-Za-z])github_pat_[0-9A-Za-z_]{50,255}/gu,
  },
  { name: 'gitlab token', pattern: /(?<![0-9A-Za-z])glpat-[0-9A-Za-z_-]{20,255}/gu },
  {
    name: 'anthropic key',
    pattern: /(?<![0-9A-Za-z])sk-ant-[a-z0-9]{3,10}-[0-9A-Za-z_-]{80,255}/gu,
  },
  {
    name: 'openai key',
    pattern: /(?<![0-9A-Za-z])sk-(?:proj|svcacct|admin)-[0-9A-Za-z_-]{40,255}/gu,
  },
  {
    name: 'openai key',
    pattern: /(?<![0-9A-Za-z])sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}(?![0-9A-Za-z])/gu,
  },
  {
    name: 'google api key',
    pattern: /(?<![0-9A-Za-z])AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/gu,
  },
  {
    // Amazon's own documentation writes ids that end in EXAMPLE.
    name: 'aws access key id',
    pattern: /(?<![0-9A-Za-z])(?:AKIA|ASIA)[0-9A-Z]{16}(?<!EXAMPLE)(?![0-9A-Za-z])/gu,
  },
  {
    name: 'slack token',
    pattern: /(?<![0-9A-Za-z])xox[abprs]-[0-9A-Za-z-]{20,255}/gu,
  },
  { name: 'stripe key', pattern: /(?<![0-9A-Za-z])[rs]k_live_[0-9A-Za-z]{24,255}/gu },
  { name: 'hugging face token', pattern: /(?<![0-9A-Za-z])hf_[0-9A-Za-z]{34}(?![0-9A-Za-z])/gu },
  { name: 'npm token', pattern: /(?<![0-9A-Za-z])npm_[0-9A-Za-z]{36}(?![0-9A-Za-z])/gu },
];

/** One of these is in every match: looking for them all at once is many times as fast as trying every pattern. */
const BEGINNING =
  /gh[pousr]_|github_pat_|npm_|hf_|glpat-|k[-_](?:ant-|proj-|svcacct-|admin-|live_)|xox[abprs]-|AIza|A[KS]IA|T3BlbkFJ/u;

/** A place in a text: from the first character to after the last. */
export interface FoundPattern {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Where a text holds something of such a form. */
export function findProviderSecrets(text: string): readonly FoundPattern[] {
  if (!BEGINNING.test(text)) return [];
  return PROVIDER_PATTERNS.flatMap(({ name, pattern }) =>
    Array.from(text.matchAll(pattern), (match) => ({
      name,
      start: match.index,
      end: match.index + match[0].length,
    })),
  );
}
