/** Who has to act: the caller, the installation, whoever looks into a failed run, or nobody. */
export type ReasonKind = 'input' | 'environment' | 'failure' | 'outcome';

/** One row of the table. `retry: 'transient'` lets the engine repeat the phase by itself. */
export interface Reason {
  readonly kind: ReasonKind;
  readonly retry: 'never' | 'transient';
  readonly text: string;
  readonly remedy: string;
}

/** The caller has to change the request. */
export function input<Text extends string, Remedy extends string>(text: Text, remedy: Remedy) {
  return { kind: 'input', retry: 'never', text, remedy } as const;
}

/** The machine or the installation has to change. */
export function environment<Text extends string, Remedy extends string>(text: Text, remedy: Remedy) {
  return { kind: 'environment', retry: 'never', text, remedy } as const;
}

/** The run ended `failed`. */
export function failure<Text extends string, Remedy extends string>(text: Text, remedy: Remedy) {
  return { kind: 'failure', retry: 'never', text, remedy } as const;
}

/** The run ended `failed`, and trying the phase again helped nothing. */
export function transient<Text extends string, Remedy extends string>(text: Text, remedy: Remedy) {
  return { kind: 'failure', retry: 'transient', text, remedy } as const;
}

/** The run ended, and nothing is wrong. */
export function outcome<Text extends string, Remedy extends string>(text: Text, remedy: Remedy) {
  return { kind: 'outcome', retry: 'never', text, remedy } as const;
}

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The values a row's text and remedy need, by placeholder name. */
export type RowContext<Row extends Reason> = Record<
  Exclude<Placeholders<Row['text']> | Placeholders<Row['remedy']>, 'run_id'>,
  string | number
> & { readonly run_id?: string };
