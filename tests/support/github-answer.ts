/** What the bench answers, before a fault spoils it. */
export interface GitHubAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** One line of the `errors` of a 422. */
export interface GitHubFieldError {
  readonly resource: string;
  readonly code: string;
  readonly field?: string;
  readonly message?: string;
  readonly value?: unknown;
}

/** An answer with a JSON body. */
export function answerJson(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): GitHubAnswer {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

/** An answer in the shape GitHub gives its refusals. */
export function refuse(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): GitHubAnswer {
  return answerJson(status, { ...problem(status, message) }, headers);
}

/** `Validation Failed` with what is wrong. */
export function refuseFields(...errors: readonly GitHubFieldError[]): GitHubAnswer {
  return answerJson(422, { ...problem(422, 'Validation Failed'), errors });
}

function problem(status: number, message: string): Readonly<Record<string, string>> {
  return { message, documentation_url: 'https://docs.github.com/rest', status: String(status) };
}
