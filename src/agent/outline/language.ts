import { words } from './words.ts';

/** The languages whose sentences can be told apart by rule; every other text is taken sentence by sentence. */
export type Language = 'english' | 'german' | 'other';

const ENGLISH = new Set(
  'the a an of to and in is are be can must should shall will for with when if that this it we i want as on by from or not have has'.split(
    ' ',
  ),
);
const GERMAN = new Set(
  'der die das den dem des ein eine einen und oder ist sind soll sollen muss müssen kann können darf dürfen wird werden nicht mit für auf von zu als ich wir wenn im'.split(
    ' ',
  ),
);
const SAMPLE_LENGTH = 20_000;

/** Which language a text is in, by its small words. Short texts in Latin script without any count as English. */
export function languageOf(text: string): Language {
  const sample = text.slice(0, SAMPLE_LENGTH);
  const list = words(sample);
  const english = list.filter((word) => ENGLISH.has(word)).length;
  const german = list.filter((word) => GERMAN.has(word)).length;
  if (german > english) return 'german';
  if (english > 0 && english * 25 >= list.length) return 'english';
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const latin = sample.match(/[a-z]/giu)?.length ?? 0;
  return latin > 0 && latin === letters && list.length < 40 ? 'english' : 'other';
}
