import { toAppError } from '../domain/app-error.ts';

/** Something a run needs, and how to find out whether it is there. `look` returns what was found, in a few words. */
export interface Check {
  readonly name: string;
  readonly look: () => Promise<string>;
}

/** What `doctor` says about one thing. `remedy` is `null` when it is ready. */
export interface Readiness {
  readonly name: string;
  readonly isReady: boolean;
  readonly detail: string;
  readonly remedy: string | null;
}

/** Do every check, each on its own, so that one failure hides no other. */
export async function checkReadiness(checks: readonly Check[]): Promise<readonly Readiness[]> {
  return Promise.all(checks.map(doCheck));
}

async function doCheck({ name, look }: Check): Promise<Readiness> {
  try {
    return { name, isReady: true, detail: await look(), remedy: null };
  } catch (thrown) {
    const { message, remedy } = toAppError(thrown);
    return { name, isReady: false, detail: message, remedy };
  }
}
