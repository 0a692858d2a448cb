import { isSecretName, SECRET_MAX_BYTES, SECRET_PREFIX } from '../domain/runtime-environment.ts';

type Values = Readonly<Record<string, string>>;

/** A setting that cannot be used. The value stays out of it. */
export interface SettingProblem {
  readonly name: string;
  readonly problem: string;
}

/** Whether a variable belongs to the family `SPEC_AUTOMATION_SECRET_<NAME>`. */
export function isSecretVariable(name: string): boolean {
  return name.startsWith(SECRET_PREFIX);
}

/** The secrets runs may name for their agent, by that name. Whether one can be handed out is asked when a run names it. */
export function secretVariables(env: Values): Values {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([name]) => isSecretVariable(name))
      .map(([name, value]) => [name.slice(SECRET_PREFIX.length), value]),
  );
}

/** What is wrong with members of the family. */
export function secretVariableProblems(env: Values): readonly SettingProblem[] {
  return Object.entries(secretVariables(env)).flatMap(([name, value]) => {
    const problem = problemOf(name, value);
    return problem === undefined ? [] : [{ name: `${SECRET_PREFIX}${name}`, problem }];
  });
}

function problemOf(name: string, value: string): string | undefined {
  if (!isSecretName(name))
    return 'the name of a secret has capital letters, digits and underscores and begins with a letter';
  if (value.includes('\0')) return 'it holds a NUL character';
  return Buffer.byteLength(value) > SECRET_MAX_BYTES
    ? `it has more than ${SECRET_MAX_BYTES} bytes`
    : undefined;
}
