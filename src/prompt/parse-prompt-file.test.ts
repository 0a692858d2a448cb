import { describe, expect, test } from 'vitest';

import { fieldOf, parsePromptFile } from './parse-prompt-file.ts';

const bodyOf = (path: string, text: string) => parsePromptFile(path, text)?.body;

describe('a Markdown prompt', () => {
  test.each([
    ['without frontmatter', 'Do $ARGUMENTS', 'Do $ARGUMENTS'],
    ['with frontmatter', '---\ndescription: x\n---\n\nDo it\n', 'Do it'],
    ['with Windows line ends', '---\r\ndescription: x\r\n---\r\n\r\nDo\r\nit\r\n', 'Do\nit'],
    ['with a byte order mark', '\u{FEFF}---\na: 1\n---\nDo it', 'Do it'],
    ['with empty frontmatter', '---\n---\nDo it', 'Do it'],
    ['with rulers in the body', '---\na: 1\n---\nOne\n\n---\n\nTwo\n---\n', 'One\n\n---\n\nTwo\n---'],
    ['with dashes inside a value', '---\na: "---"\nb: x --- y\n---\nDo it', 'Do it'],
    ['with broken frontmatter', '---\na: [1\n b: {\n---\nDo it', 'Do it'],
    ['with a ruler that is never closed', '---\nDo it', '---\nDo it'],
    ['that begins with other text', 'Do it\n---\na: 1\n---', 'Do it\n---\na: 1\n---'],
  ])('%s gives its body', (_, text, body) => {
    expect(bodyOf('a/speckit.plan.md', text)).toBe(body);
    expect(bodyOf('a/speckit.plan.mdc', text)).toBe(body);
  });

  test.each(['', ' \n\t\n', '---\na: 1\n---', '---\na: 1\n---\n\n  \n'])('%j is no prompt', (text) => {
    expect(parsePromptFile('a/plan.md', text)).toBeUndefined();
  });

  test('names its helper script in the frontmatter', () => {
    const text = '---\nscripts:\n  sh: scripts/bash/setup-plan.sh --json\n  ps: x\n---\nRun {SCRIPT}';
    expect(parsePromptFile('a.md', text)).toEqual({
      body: 'Run {SCRIPT}',
      script: 'scripts/bash/setup-plan.sh --json',
    });
    expect(parsePromptFile('a.md', '---\nscripts: [1]\n---\nx')?.script).toBeUndefined();
    expect(parsePromptFile('a.md', '---\nscripts:\n  sh: 7\n---\nx')?.script).toBeUndefined();
  });
});

describe('a TOML prompt', () => {
  test('gives its prompt with escapes undone', () => {
    const text = 'description = "Plan"\r\n\r\nprompt = """\r\nRun C:\\\\x and "{{args}}"\r\n"""\r\n';
    expect(bodyOf('speckit.plan.toml', text)).toBe(String.raw`Run C:\x and "{{args}}"`);
    expect(bodyOf('a.toml', "prompt = '''\nraw \\d\n'''")).toBe(String.raw`raw \d`);
  });

  test.each(['prompt = """open', 'description = "x"', 'prompt = 3', 'prompt = ""', '= = =', ''])(
    '%j is no prompt',
    (text) => {
      expect(parsePromptFile('a.toml', text)).toBeUndefined();
    },
  );
});

describe('a YAML recipe', () => {
  test('gives its prompt', () => {
    const text =
      'version: 1.0.0\ntitle: Plan\nparameters:\n  - key: args\nprompt: |\n  Plan {{args}}\n  well.\n';
    expect(bodyOf('speckit.plan.yaml', text)).toBe('Plan {{args}}\nwell.');
  });

  test.each(['prompt: [', 'title: x', 'prompt: 3', 'prompt: ""', '- prompt: x', 'text', ''])(
    '%j is no prompt',
    (text) => {
      expect(parsePromptFile('a.yaml', text)).toBeUndefined();
    },
  );

  test('that would grow without end is no prompt', () => {
    const rows = Array.from({ length: 12 }, (_, index) => {
      const of = index === 0 ? '"x"' : `*a${index - 1}`;
      return `a${index}: &a${index} [${Array.from({ length: 9 }, () => of).join(', ')}]`;
    });
    expect(parsePromptFile('a.yaml', `${rows.join('\n')}\nprompt: x`)).toBeUndefined();
  });
});

test('a file of another kind is no prompt', () => {
  expect(parsePromptFile('plan.sh', 'echo')).toBeUndefined();
});

test('a field is read from an object only, and never inherited', () => {
  expect(fieldOf({ a: 1 }, 'a')).toBe(1);
  expect(fieldOf({}, 'toString')).toBeUndefined();
  expect(fieldOf(null, 'a')).toBeUndefined();
  expect(fieldOf('text', 'length')).toBeUndefined();
});
