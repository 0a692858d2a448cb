import { SECRET_PREFIX } from './runtime-environment.ts';

/** What of the host itself is given a value: git calls of ours, and the connection to the database. */
export type HostUse = 'host git' | 'host database' | 'forge';

/** Where the value of a variable goes; `nowhere` is said of a secret that nobody is given. */
export type Destination = 'sandbox' | 'gateway' | HostUse | 'nowhere';

/** A variable and where its value went; never the value. */
export interface HandedVariable {
  readonly name: string;
  /** Such as `setting CODEX_MODEL`, `run`, or `environment SPEC_AUTOMATION_SECRET_REGISTRY`. */
  readonly source: string;
  readonly isSecret: boolean;
  readonly goesTo: Destination;
  /** What an operator should know of it, such as that it can do more than it has to. */
  readonly note?: string | undefined;
}

/** A variable this process knows, whether or not a run has to do with it. */
export interface KnownVariable extends Omit<HandedVariable, 'goesTo'> {
  readonly usedBy: readonly HostUse[];
}

/** What the operator holds for runs. */
export interface Credentials {
  readonly known: readonly KnownVariable[];
  /** Secrets runs may name for their agent, by the name of the variable. */
  readonly runSecrets: Readonly<Record<string, string>>;
  /** Names of variables runs may set for their agent. */
  readonly settableNames: readonly string[];
}

/** Where the secret comes from that a run calls `name`. */
export function sourceOfSecret(name: string): string {
  return `environment ${SECRET_PREFIX}${name}`;
}

/** What is known, with what a forge says of the variables it logs in with taking the place of what was known of them. */
export function withVariables(
  known: readonly KnownVariable[],
  ofForge: readonly KnownVariable[],
): readonly KnownVariable[] {
  const named = new Set(ofForge.map(({ name }) => name));
  return [...known.filter(({ name }) => !named.has(name)), ...ofForge];
}

/** Everything that was handed to an agent, used on the host or, for a secret, given to nobody: in that order. */
export function auditVariables(
  handed: readonly HandedVariable[],
  known: readonly KnownVariable[],
): readonly HandedVariable[] {
  const sources = new Set(handed.map(({ source }) => source));
  const onHost = known.flatMap(({ usedBy, ...variable }) =>
    usedBy.map((goesTo) => ({ ...variable, goesTo })),
  );
  const unused = known.filter(
    ({ isSecret, source, usedBy }) => isSecret && usedBy.length === 0 && !sources.has(source),
  );
  return [
    ...handed,
    ...onHost,
    ...unused.map(({ name, source, isSecret }) => ({ name, source, isSecret, goesTo: 'nowhere' as const })),
  ];
}
