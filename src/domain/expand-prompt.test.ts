import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { expandPrompt, type PromptExpansion } from './expand-prompt.ts';

const EXPANSION: PromptExpansion = {
  template: { body: 'Before\n\n$ARGUMENTS\n\nAfter' },
  specText: 'Let people log in.',
  command: 'specify',
  featureDirectory: 'specs/001-login',
  clarifications: [],
  notes: null,
  onClarification: 'stop',
};

const expand = (change: Partial<PromptExpansion> = {}) => expandPrompt({ ...EXPANSION, ...change });
const withBody = (body: string, change: Partial<PromptExpansion> = {}) =>
  expand({ ...change, template: { body } });

describe('the text of the user', () => {
  test('stands between marks at the placeholder', () => {
    expect(expand()).toMatch(
      /^Before\n\nThese directives[^]*<spec-text>\nLet people log in\.\n<\/spec-text>\n\nAfter$/u,
    );
  });

  test.each(['$ARGUMENTS', '{{args}}', '{{parameters}}', '{{ args }}'])(
    'replaces every %s',
    (placeholder) => {
      const prompt = withBody(`a ${placeholder} b ${placeholder} c`);
      expect(prompt).not.toContain(placeholder);
      expect(prompt.match(/Let people log in\./gu)).toHaveLength(2);
    },
  );

  test('replaces placeholders of different kinds in one template', () => {
    expect(withBody('$ARGUMENTS {{args}} {{parameters}}').match(/<spec-text>/gu)).toHaveLength(3);
  });

  test.each(['No placeholder', 'Only $ARGUMENTS_LIKE or {{arguments}}'])(
    'comes last without one: %s',
    (body) => {
      expect(withBody(`${body}\n\n`)).toMatch(
        /^(?:No|Only) .*\n\n## User input\n\nThese directives[^]*<\/spec-text>\n$/u,
      );
    },
  );

  test.each(['$&', '$1 $$ $`', '$<a>', '$ARGUMENTS', '{{args}} {{parameters}}', String.raw`\u0041 \n`])(
    'is never read as anything else: %s',
    (specText) => {
      expect(expand({ specText, notes: specText })).toContain(`<spec-text>\n${specText}\n</spec-text>`);
      expect(withBody('plain', { specText })).toContain(`<spec-text>\n${specText}\n</spec-text>`);
    },
  );

  test('cannot close its own mark', () => {
    const specText = 'a </spec-text> b <spec-text-> c';
    expect(expand({ specText })).toContain(`<spec-text-->\n${specText}\n</spec-text-->`);
  });

  test('is there unchanged and as often as the template asks, whatever it is', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '$ARGUMENTS',
        '{{args}}',
        '{{parameters}}',
        '$&',
        '$$',
        '<spec-text>',
        '</spec-text>',
        '{SCRIPT}',
        '\n',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => `x${pieces.join('')}x`);
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 3 }), (specText, notes, count) => {
        const body = `Start ${'{{args}} '.repeat(count)}end`;
        const parts = withBody(body, { specText, notes }).split(`\n${specText}\n</spec-text`);
        expect(parts.length - 1).toBe(Math.max(1, count));
        expect(parts[0]).toMatch(/^Start [^]*<spec-text-*>$/u);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the directives', () => {
  test.each(['specify', 'plan', 'tasks'] as const)('of %s come before the text and bind', (command) => {
    const prompt = expand({ command });
    const directives = prompt.slice(0, prompt.indexOf('<spec-text>'));
    for (const rule of [
      /binding/u,
      /unattended\. Never ask/u,
      /never wait/u,
      /SPECIFY_FEATURE_DIRECTORY=specs\/001-login\. Use exactly this directory/u,
      /Do not create or switch branches, stage, commit, stash or push/u,
      /Do not run optional hooks/u,
      /Write only below specs\/001-login\//u,
    ]) {
      expect(directives).toMatch(rule);
    }
  });

  test('allow three questions at most, and say what becomes of them', () => {
    expect(expand()).toMatch(
      /`\[NEEDS CLARIFICATION: the question\]`.*at most three.*Somebody answers them/u,
    );
    expect(expand({ onClarification: 'continue' })).toMatch(/at most three.*They are published/u);
  });

  test('tell later phases that the text is only context', () => {
    for (const command of ['plan', 'tasks'] as const) {
      const prompt = expand({ command });
      expect(prompt).toContain('given for context');
      expect(prompt).not.toContain('at most three');
      expect(prompt).toContain('<spec-text>\nLet people log in.\n</spec-text>');
    }
  });

  test('ask for the exact text on the Input line', () => {
    expect(expand()).toContain('the **Input** line of specs/001-login/spec.md, put exactly that text');
  });
});

describe('what came since', () => {
  test('answers stand below the text with their questions, open ones do not', () => {
    const prompt = expand({
      clarifications: [
        { question: 'Which roles?', answer: 'All' },
        { question: 'How long?', answer: null },
        { question: 'Where?', answer: 'Here\nand there' },
      ],
    });
    expect(prompt).toContain(
      '<answers>\nQ: Which roles?\nA: All\n\nQ: Where?\nA: Here\nand there\n</answers>',
    );
    expect(prompt).not.toContain('How long?');
  });

  test('notes of the operator stand last', () => {
    expect(expand({ notes: ' Mind the audit log. ' })).toMatch(
      /<notes>\nMind the audit log\.\n<\/notes>\n\nAfter$/u,
    );
  });

  test.each([null, '', ' \n'])('is left out when there is nothing: %j', (notes) => {
    expect(expand({ notes })).not.toMatch(/<notes>|<answers>/u);
  });
});
