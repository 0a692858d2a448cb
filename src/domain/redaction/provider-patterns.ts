import { isRealToken, type TokenLetters } from './is-real-token.ts';

/** A form of secret that can be told without knowing it. */
interface ProviderPattern {
  readonly name: string;
  /** Global; matches the secret and nothing around it. The named group is what stands behind the prefix. */
  readonly pattern: RegExp;
  /** `mixed` unless told. */
  readonly letters?: TokenLetters;
}

/**
 * What the tokens of the services this project meets look like, by their own documentation. No letter or digit stands before them; an
 * underscore may, since names are put before tokens that way. JSON web tokens are left out: most of them are no secret. No form is
 * longer than what a stream looks at at once.
 */
const PROVIDER_PATTERNS: readonly ProviderPattern[] = [
  {
    name: 'github token',
    pattern: /(?<![0-9A-Za-z])gh[pousr]_(?<body>[0-9A-Za-z]{36,1000})/gu,
  },
  {
    // Those of apps may be JSON web tokens.
    name: 'github token',
    pattern:
      /(?<![0-9A-Za-z])ghs_(?<body>[0-9A-Za-z_-]{10,200}\.[0-9A-Za-z_-]{10,400}\.[0-9A-Za-z_-]{10,390})/gu,
  },
  {
    name: 'github fine-grained token',
    pattern: /(?<![0-9A-Za-z])github_pat_(?<body>[0-9A-Za-z_]{50,1000})/gu,
  },
  { name: 'gitlab token', pattern: /(?<![0-9A-Za-z])glpat-(?<body>[0-9A-Za-z_-]{20,1000})/gu },
  {
    name: 'anthropic key',
    pattern: /(?<![0-9A-Za-z])sk-ant-[a-z0-9]{3,10}-(?<body>[0-9A-Za-z_-]{80,990})/gu,
  },
  {
    name: 'openai key',
    pattern: /(?<![0-9A-Za-z])sk-(?:proj|svcacct|admin)-(?<body>[0-9A-Za-z_-]{40,1000})/gu,
  },
  {
    name: 'openai key',
    pattern: /(?<![0-9A-Za-z])sk-(?<body>[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20})(?![0-9A-Za-z])/gu,
  },
  {
    name: 'google api key',
    pattern: /(?<![0-9A-Za-z])AIza(?<body>[0-9A-Za-z_-]{35})(?![0-9A-Za-z_-])/gu,
  },
  {
    // Amazon's own documentation writes ids that end in EXAMPLE.
    name: 'aws access key id',
    pattern: /(?<![0-9A-Za-z])(?:AKIA|ASIA)(?<body>[0-9A-Z]{16})(?<!EXAMPLE)(?![0-9A-Za-z])/gu,
    letters: 'large',
  },
  {
    name: 'slack token',
    pattern: /(?<![0-9A-Za-z])xox[abprs]-(?<body>[0-9A-Za-z-]{20,1000})/gu,
  },
  { name: 'stripe key', pattern: /(?<![0-9A-Za-z])[rs]k_live_(?<body>[0-9A-Za-z]{24,1000})/gu },
  {
    // These have no digits.
    name: 'hugging face token',
    pattern: /(?<![0-9A-Za-z])hf_(?<body>[0-9A-Za-z]{34})(?![0-9A-Za-z])/gu,
    letters: 'only',
  },
  { name: 'npm token', pattern: /(?<![0-9A-Za-z])npm_(?<body>[0-9A-Za-z]{36})(?![0-9A-Za-z])/gu },
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

/** Something of the form of a provider's tokens. */
interface FoundToken extends FoundPattern {
  /** Whether it is more than a placeholder in that form. */
  readonly isConclusive: boolean;
}

/** Where a text holds something of such a form. */
export function findProviderSecrets(text: string): readonly FoundToken[] {
  if (!BEGINNING.test(text)) return [];
  return PROVIDER_PATTERNS.flatMap(({ name, pattern, letters = 'mixed' }) =>
    Array.from(text.matchAll(pattern), ({ index, 0: token, groups }) => ({
      name,
      start: index,
      end: index + token.length,
      isConclusive: isRealToken(String(groups?.['body']), letters),
    })),
  );
}
