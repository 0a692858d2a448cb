/**
 * Text from people and agents, made harmless for a place where a forge acts on what it reads: a mention notifies somebody, an
 * issue reference links or closes it, a comment could pass for our own marker.
 */

const ZERO_WIDTH_SPACE = '\u{200B}';

/** Where a zero-width space goes so that the text looks the same and means nothing: after `$1`, before what follows. */
const ACTIVE_FORMS: readonly RegExp[] = [
  /(@)(?=[\p{L}\p{N}_])/gu, // mentions of people and teams
  /(#)(?=\d)/gu, // issue references, owner/repo#1 too
  /(\bGH-)(?=\d)/giu,
  /(\/(?:issues|pull|pulls|discussions|commit|merge_requests|work_items)\/)(?=[0-9a-f])/giu, // the same as a URL
  /(<)(?=[!/?a-z])/giu, // comments and tags
  /(!)(?=\[)/gu, // images, which a page would load
];

/** The text with everything defused that a forge would act on; line breaks are kept, other control characters go. */
export function neutralise(text: string): string {
  const plain = text.replaceAll(/\r\n?/gu, '\n').replaceAll(/[^\P{Cc}\n\t]/gu, '\u{FFFD}');
  return ACTIVE_FORMS.reduce((harmless, form) => harmless.replaceAll(form, `$1${ZERO_WIDTH_SPACE}`), plain);
}

/** Neutralised, on one line, at most `maxLength` long. */
export function inlineText(text: string, maxLength: number): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  return cutText(neutralise(cutText(line, maxLength)), maxLength);
}

/** Inline code that can hold anything; back-ticks and table bars, which could end it, become their look-alikes. */
export function codeSpan(text: string, maxLength: number): string {
  const inline = inlineText(text, maxLength).replaceAll('`', '\u{2CB}').replaceAll('|', '\u{2502}');
  return `\`${inline || ' '}\``;
}

/**
 * A fenced block that its content cannot end. Inside, a forge finds no mentions and references, so the content can be copied
 * as it is; only a comment has to be broken, because comments are searched for in the plain body.
 */
export function codeBlock(text: string, language: string): string {
  const longestRun = Math.max(0, ...[...text.matchAll(/`+/gu)].map((run) => run[0].length));
  const fence = '`'.repeat(Math.max(3, longestRun + 1));
  return `${fence}${language}\n${text.replaceAll('<!--', `<${ZERO_WIDTH_SPACE}!--`)}\n${fence}`;
}

/** Every line quoted, so that no heading, fence or list of the text reaches what stands around it. */
export function quoteBlock(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

/** One cell of a table. */
export function tableCell(text: string, maxLength: number): string {
  return inlineText(text, maxLength).replaceAll(/[\\|]/gu, String.raw`\$&`);
}

/** At most `maxLength` characters, the last of them an ellipsis when something is missing. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // Half of a surrogate pair is no character.
  return `${text.slice(0, Math.max(0, maxLength - 1)).replace(/\p{Cs}$/u, '')}…`;
}
