/** The line every document carries: who drafted it, how, and what a person should look at. */
export function draftedBy(check: string): string {
  return `**Drafted by**: the outline agent, by rule and without a language model. ${check}`;
}
