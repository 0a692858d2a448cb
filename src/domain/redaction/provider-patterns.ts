/** A form of secret that can be told without knowing it. */
interface ProviderPattern {
  readonly name: string;
  /** Global; matches the secret and nothing around it. */
  readonly pattern: RegExp;
}

/** What the tokens of the services this project meets look like, by their own documentation. */
const PROVIDER_PATTERNS: readonly ProviderPattern[] = [
  {
    name: 'github token',
    pattern: /\bgh[pousr]_[0-9A-Za-z._-]{36,255}/gu,
  },
  {
    name: 'github fine-grained token',
    pattern: /\bgithub_pat_[0-9A-Za-z_]{50,255}/gu,
  },
  { name: 'gitlab token', pattern: /\bglpat-[0-9A-Za-z_-]{20,255}/gu },
  {
    name: 'anthropic key',
    pattern: /\bsk-ant-[a-z0-9]{3,10}-[0-9A-Za-z_-]{80,255}/gu,
  },
  {
    name: 'openai key',
    pattern: /\bsk-(?:proj|svcacct|admin)-[0-9A-Za-z_-]{40,255}/gu,
  },
  {
    name: 'google api key',
    pattern: /\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/gu,
  },
  {
    name: 'aws access key id',
    pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])/gu,
  },
  {
    name: 'slack token',
    pattern: /\bxox[abprs]-[0-9A-Za-z-]{20,255}/gu,
  },
  { name: 'npm token', pattern: /\bnpm_[0-9A-Za-z]{36}(?![0-9A-Za-z])/gu },
  {
    name: 'private key',
    pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s0-9A-Za-z+/=:,-]{64,16384}/gu,
  },
];

/** One of these is in every match: looking for them all at once is many times as fast as trying every pattern. */
const BEGINNING =
  /(?:gh[pousr]|github_pat|npm)_|(?:glpat|sk-ant|sk-proj|sk-svcacct|sk-admin|xox[abprs])-|AIza|A[KS]IA|PRIVATE KEY-----/u;

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

/** The kind of what `findUserinfo` finds. */
export const PASSWORD_IN_URL = 'password in a URL';

const SCHEME_END = '://';
const USERINFO_MAX_CHARS = 1_000;
const USERINFO = /^[^\s/'"<>]+(?=@)/u;

/** Where a text holds URLs with a user name or password: these two, without the at sign. */
export function findUserinfo(text: string): readonly FoundPattern[] {
  const found: FoundPattern[] = [];
  for (let at = text.indexOf(SCHEME_END); at !== -1; at = text.indexOf(SCHEME_END, at + 1)) {
    const start = at + SCHEME_END.length;
    const userinfo = USERINFO.exec(text.slice(start, start + USERINFO_MAX_CHARS))?.[0];
    if (userinfo !== undefined) found.push({ name: PASSWORD_IN_URL, start, end: start + userinfo.length });
  }
  return found;
}
