import { describe, expect, it } from 'vitest';

import { code, inline, ownLine } from './markdown.ts';
import { readBlocks } from './markdown-blocks.ts';
import { splitSentences } from './sentences.ts';

/** Each block of a text with its kind. */
function kinds(text: string): readonly string[] {
  return readBlocks(text).map((block) => `${block.kind}: ${block.text}`);
}

describe('foreign text in a document', () => {
  it('opens no HTML, no code span and no marker', () => {
    expect(inline('a <b> <!-- c\nd')).toBe('a &lt;b> &lt;!-- c d');
    expect(inline('one ` tick')).toBe("one ' tick");
    expect(inline('`<b>` stays')).toBe('`<b>` stays');
    expect(inline('[NEEDS CLARIFICATION: x] [FEATURE NAME]')).toBe('(NEEDS CLARIFICATION: x] (FEATURE NAME]');
  });

  it('opens no block at the start of a line', () => {
    for (const text of ['# a', '> a', '- a', '+ a', '| a', '~~~', '```'])
      expect(ownLine(text)).toMatch(/^\\|^'/u);
    expect(ownLine('1. a')).toBe(String.raw`1\. a`);
  });

  it('does not end a code span, whatever a file is called', () => {
    expect(code('a`b\nc')).toBe('`a?b c`');
  });
});

describe('the blocks of a text', () => {
  it('are headings, items, paragraphs and code', () => {
    expect(kinds('# A\n\nB\nc\n\n- d\n  e\n1. f\n\n```\ng\n```\n')).toEqual([
      'heading: A',
      'paragraph: B\nc',
      'item: d\ne',
      'item: f',
      'code: g',
    ]);
  });

  it('do not vanish behind a fence or comment nobody closed', () => {
    expect(kinds('```\na\n\nb <!-- c')).toEqual(['paragraph: a', 'paragraph: b <!-- c']);
  });

  it('know the heading or label above them', () => {
    const [, item] = readBlocks('Out of scope:\n- parking\n');
    expect(item).toMatchObject({ kind: 'item', section: 'Out of scope' });
  });

  it('leave out comments and front matter', () => {
    expect(kinds('---\ntitle: x\n---\na <!-- b --> c\r\nd')).toEqual(['paragraph: a  c\nd']);
  });
});

describe('sentences', () => {
  it('do not end at abbreviations, decimals, file names or quoted questions', () => {
    expect(splitSentences('Use e.g. a.txt or 1.5 s. Ask "Sure?" before it. Done!')).toEqual([
      'Use e.g. a.txt or 1.5 s.',
      'Ask "Sure?" before it.',
      'Done!',
    ]);
  });

  it('end at the full stops of other scripts', () => {
    expect(splitSentences('予約する。取り消す。')).toEqual(['予約する。', '取り消す。']);
  });

  it('keep a marker in one piece with what it belongs to', () => {
    expect(splitSentences('Keep it. [NEEDS CLARIFICATION: How long? Forever?] Then go.')[0]).toContain(
      'Forever?]',
    );
  });
});
