import { bullets, inline } from './markdown.ts';
import { readBlocks } from './markdown-blocks.ts';

const MAX_PRINCIPLES = 15;

/** The plan's constitution check: the principles there are, or that there are none. No rule can judge a plan against them. */
export function constitutionCheck(constitution: string | null): string {
  if (constitution === null) {
    return 'The repository has no constitution (`.specify/memory/constitution.md`), so there is no gate to pass.';
  }
  const principles = principlesOf(constitution);
  if (principles.length === 0) {
    return 'The constitution (`.specify/memory/constitution.md`) is still an unfilled template, so there is no gate to pass.';
  }
  const lines = principles.slice(0, MAX_PRINCIPLES).map((name) => `[ ] ${inline(name)}`);
  return `These principles of \`.specify/memory/constitution.md\` apply. The rules cannot judge them: a person ticks each before the tasks are started.\n\n${bullets(lines)}`;
}

/** Headings below the one that speaks of principles, else all of the second level; template placeholders do not count. */
function principlesOf(text: string): readonly string[] {
  const headings = readBlocks(text).filter(({ kind, level }) => kind === 'heading' && level < 7);
  const filled = headings.filter(({ text: title }) => !/\[[A-Z][A-Z0-9_ ]{2,}\]/u.test(title));
  const start = filled.findIndex(
    ({ text: title }) => /\bprinciples?\b/iu.test(title) && !/constitution/iu.test(title),
  );
  if (start >= 0) {
    const level = filled[start]?.level ?? 2;
    const end = filled.findIndex((heading, index) => index > start && heading.level <= level);
    const below = filled.slice(start + 1, end < 0 ? undefined : end);
    if (below.length > 0) return below.map(({ text: title }) => title);
  }
  return filled
    .filter(({ level, text: title }) => level === 2 && !/governance|core principles/iu.test(title))
    .map(({ text: title }) => title);
}
