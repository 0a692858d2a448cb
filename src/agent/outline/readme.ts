import { readBlocks } from './markdown-blocks.ts';
import { splitSentences } from './sentences.ts';
import { byCodeUnit, collapse, shorten } from './words.ts';

/** The title and the first sentence of the README at the top of the repository; empty when there is none. */
export function readReadme(texts: ReadonlyMap<string, string>): {
  readonly title: string;
  readonly purpose: string;
} {
  const path = [...texts.keys()].filter((name) => /^readme(?:\.\w+)?$/iu.test(name)).toSorted(byCodeUnit)[0];
  const blocks = readBlocks((texts.get(path ?? '') ?? '').slice(0, 50_000));
  const heading = blocks.find((block) => block.kind === 'heading' && block.level <= 2);
  const paragraph = blocks.find(
    (block) => block.kind === 'paragraph' && /^[\p{L}`*"“]/u.test(plain(block.text)),
  );
  const sentence = splitSentences(plain(paragraph?.text ?? ''))[0] ?? '';
  return { title: shorten(plain(heading?.text ?? ''), 80), purpose: shorten(sentence, 240) };
}

/** Badges, images and links reduced to their words. */
function plain(text: string): string {
  return collapse(
    text
      .replaceAll(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/gu, '')
      .replaceAll(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/gu, '$1')
      .replaceAll(/<[^>]{0,200}>/gu, ''),
  );
}
