import { appError } from './app-error.ts';

/** Largest spec text accepted, in bytes. */
export const SPEC_MAX_BYTES = 1_000_000;

const NAME_MAX_LENGTH = 200;
const CONTROL_CHARACTERS = /\p{Cc}/u;
/** What JSON leaves as it is and a terminal or a reader would be fooled by: C1 controls, line separators, writing direction. */
const HIDDEN_CHARACTERS = /[\u{7F}-\u{9F}\u{2028}-\u{202E}\u{2066}-\u{2069}]/gu;
const FEATURE_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]*$/u;

const PARENT_RULE = {
  isBroken: (name: string) => name.split(/[/\\]/u).includes('..'),
  problem: "it holds '..'",
};

/** Rules every name from outside obeys before it may come near an argument list. In order; the first hit is reported. */
const NAME_RULES: readonly { readonly isBroken: (name: string) => boolean; readonly problem: string }[] = [
  { isBroken: (name) => name === '', problem: 'it is empty' },
  { isBroken: (name) => CONTROL_CHARACTERS.test(name), problem: 'it holds a control character' },
  { isBroken: (name) => name.startsWith('-'), problem: 'it begins with a dash' },
  PARENT_RULE,
  { isBroken: (name) => name.includes('@{'), problem: "it holds '@{'" },
];

/** Extra rules for branch names: git's `check-ref-format`, plus no look-alike of an object id or of HEAD. */
const BRANCH_RULES: typeof NAME_RULES = [
  ...NAME_RULES,
  { isBroken: (name) => name.includes('..'), problem: "it holds '..'" },
  { isBroken: (name) => /[\s~^:?*[\\]/u.test(name), problem: 'it holds a space or one of ~ ^ : ? * [ \\' },
  {
    isBroken: (name) => /^\/|\/$|\/\/|\.$|\.lock(\/|$)|(^|\/)\./u.test(name),
    problem: 'git does not allow this form',
  },
  {
    isBroken: (name) => name === '@' || name === 'HEAD' || name.startsWith('refs/'),
    problem: 'it is not a plain branch name',
  },
  {
    isBroken: (name) => name.length > NAME_MAX_LENGTH,
    problem: `it is longer than ${NAME_MAX_LENGTH} characters`,
  },
];

/** @throws `base_branch_invalid` */
export function validateBranch(name: string): string {
  const problem = firstProblem(BRANCH_RULES, name);
  if (problem !== undefined) throw appError('base_branch_invalid', { branch: quote(name), problem });
  return name;
}

/**
 * A feature folder below `specs/`; a leading `specs/` and a trailing slash are taken off.
 * @throws `feature_invalid`
 */
export function validateFeature(name: string): string {
  const folder = name.replace(/^specs\//u, '').replace(/\/$/u, '');
  const problem = featureProblem(folder);
  if (problem !== undefined) throw appError('feature_invalid', { feature: quote(name), problem });
  return folder;
}

/** True for a folder below `specs/` that a request may name. */
export function isFeatureName(folder: string): boolean {
  return featureProblem(folder) === undefined;
}

/**
 * Checks common to paths and URLs; says nothing about whether the repository exists.
 * @throws `repository_invalid`
 */
export function validateRepositoryName(name: string): string {
  // `../repo` is how people name a sibling folder; it is resolved to an absolute path before anything uses it.
  const rules = name.includes('://') ? NAME_RULES : NAME_RULES.filter((rule) => rule !== PARENT_RULE);
  const problem = firstProblem(rules, name);
  if (problem !== undefined) throw appError('repository_invalid', { repository: quote(name), problem });
  return name;
}

/**
 * Decode and check spec text given as bytes.
 * @throws `spec_too_large`, `spec_encoding`, `spec_binary`, `spec_empty`
 */
export function decodeSpecText(bytes: Uint8Array): string {
  if (bytes.byteLength > SPEC_MAX_BYTES) {
    throw appError('spec_too_large', { limit_bytes: SPEC_MAX_BYTES });
  }
  const text = decodeUtf8(bytes);
  return validateSpecText(text.replace(/^\u{FEFF}/u, ''));
}

/** @throws `spec_too_large`, `spec_binary`, `spec_empty` */
export function validateSpecText(text: string): string {
  if (Buffer.byteLength(text) > SPEC_MAX_BYTES)
    throw appError('spec_too_large', { limit_bytes: SPEC_MAX_BYTES });
  if (text.includes('\0')) throw appError('spec_binary', {});
  if (text.trim() === '') throw appError('spec_empty', {});
  return text;
}

/** A value as it may be shown in a message: quoted, control characters escaped, at most 80 characters. */
export function quote(value: string): string {
  const escaped = JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  const visible = escaped.replaceAll(HIDDEN_CHARACTERS, (character) => `\\u${hexOf(character)}`);
  return `'${visible.slice(1, -1).replaceAll(String.raw`\"`, '"')}'`;
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}

function featureProblem(folder: string): string | undefined {
  const problem = firstProblem(BRANCH_RULES, folder);
  return problem ?? (FEATURE_FORM.test(folder) ? undefined : 'it is not one plain folder name');
}

function firstProblem(rules: typeof NAME_RULES, name: string): string | undefined {
  return rules.find((rule) => rule.isBroken(name))?.problem;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw appError('spec_encoding', { offset: firstInvalidOffset(bytes) }, cause);
  }
}

/** Offset where the first sequence that is not UTF-8 begins, by bisection over prefixes decoded as a stream. */
function firstInvalidOffset(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.byteLength;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isUtf8(bytes.subarray(0, middle), true)) low = middle;
    else high = middle - 1;
  }
  // The stream accepts the beginning of a sequence and fails on what follows it.
  while (!isUtf8(bytes.subarray(0, low), false)) low -= 1;
  return low;
}

function isUtf8(bytes: Uint8Array, mayGoOn: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: mayGoOn });
    return true;
  } catch {
    return false;
  }
}
