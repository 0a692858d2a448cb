/** Which paths are safe to put into a git tree that people with any operating system will check out. */
export interface PathRule {
  readonly isBroken: (path: string) => boolean;
  readonly problem: string;
}

const COMPONENT_MAX_BYTES = 255;
const PATH_MAX_BYTES = 4096;

/** Code points HFS+ leaves out when it compares names (git, utf8.c, `next_hfs_char`). */
const HFS_IGNORED = /[\u{200C}-\u{200F}\u{202A}-\u{202E}\u{206A}-\u{206F}\u{FEFF}]/gu;

/** `.git` as Windows reads it: its short name, dots and spaces at the end, and a stream after a colon. */
const GIT_FOLDER = /^(?:\.git|git~\d+)[ .]*(?::.*)?$/su;

/** Files git itself obeys; their short names on Windows begin with these letters. */
const GIT_FILE = /^(?:\.git(?:modules|attributes)|git(?:mod|att)~\d+)[ .]*(?::.*)?$/su;

/** In order; the first hit is reported. The names that could reach git come first. */
export const NAME_RULES: readonly PathRule[] = [
  anyComponent((name) => GIT_FOLDER.test(fold(name)), 'a part of its name means .git on some system'),
  anyComponent((name) => GIT_FILE.test(fold(name)), 'git itself would obey a file of this name'),
  anyComponent((name) => name === '', 'a part of its name is empty'),
  anyComponent((name) => name === '.' || name === '..', "a part of its name is '.' or '..'"),
  { isBroken: (path) => path.includes('\\'), problem: 'its name holds a backslash' },
  { isBroken: (path) => /\p{Cc}/u.test(path), problem: 'its name holds a control character' },
  {
    isBroken: (path) => /[\u{202A}-\u{202E}\u{2066}-\u{2069}]/u.test(path),
    problem: 'its name holds a character that changes the direction of writing',
  },
  { isBroken: (path) => /[\p{Cs}\u{FFFD}]/u.test(path), problem: 'its name is not valid UTF-8' },
  anyComponent((name) => /^\s|\s$/u.test(name), 'a part of its name begins or ends with a space'),
  anyComponent(
    (name) => Buffer.byteLength(name) > COMPONENT_MAX_BYTES,
    `a part of its name is longer than ${COMPONENT_MAX_BYTES} bytes`,
  ),
  {
    isBroken: (path) => Buffer.byteLength(path) > PATH_MAX_BYTES,
    problem: `its name is longer than ${PATH_MAX_BYTES} bytes`,
  },
];

/** What a name looks like to a file system that ignores case, composition and invisible characters. */
export function fold(name: string): string {
  // Upper case first: it is what turns the long s, the sharp s and the ligatures into plain letters.
  return name.replaceAll(HFS_IGNORED, '').normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}

function anyComponent(isBroken: (name: string) => boolean, problem: string): PathRule {
  return { isBroken: (path) => path.split('/').some(isBroken), problem };
}
