import type { SpecKitCommand } from '../domain/phases.ts';

/** Helper scripts of Spec Kit, for a body that names none. */
const DEFAULT_SCRIPTS: Readonly<Record<SpecKitCommand, string>> = {
  specify: '.specify/scripts/bash/check-prerequisites.sh --json --paths-only',
  plan: '.specify/scripts/bash/setup-plan.sh --json',
  tasks: '.specify/scripts/bash/setup-tasks.sh --json',
};

/** How an agent's users call a command where it is not `/speckit.plan`. */
const INVOCATIONS: ReadonlyMap<string, string> = new Map([
  ['codex', '$speckit-'],
  ['command-code', '$speckit-'],
  ['kimi', '/skill:speckit-'],
  ['zcode', '$speckit-'],
]);

interface LeftOvers {
  readonly body: string;
  readonly script: string | undefined;
  readonly command: SpecKitCommand;
  readonly specKitKey: string;
}

/** Replace what `specify init` should have replaced: a repository may hold a template as Spec Kit ships it. */
export function renderLeftOvers({ body, script, command, specKitKey }: LeftOvers): string {
  const path = script?.replace(/^scripts\//u, '.specify/scripts/') ?? DEFAULT_SCRIPTS[command];
  return body
    .replaceAll('{SCRIPT}', () => path)
    .replaceAll('{ARGS}', () => '$ARGUMENTS')
    .replaceAll('__AGENT__', () => specKitKey)
    .replaceAll(/__SPECKIT_COMMAND_([A-Z0-9_]+?)__/gu, (_, name: string) => invocation(specKitKey, name));
}

function invocation(specKitKey: string, name: string): string {
  const prefix = INVOCATIONS.get(specKitKey) ?? '/speckit.';
  const separator = prefix.endsWith('-') ? '-' : '.';
  return `${prefix}${name.toLowerCase().replaceAll('_', separator)}`;
}
