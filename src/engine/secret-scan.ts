import { appError } from '../domain/app-error.ts';
import { COMMIT_MESSAGE, pullRequestTitle } from '../domain/naming.ts';
import type { Redactor, SecretFinding } from '../domain/redaction/redactor.ts';
import { PASSWORD_IN_URL } from '../domain/redaction/url-userinfo.ts';
import { readTree } from './read-tree.ts';
import type { RunSession } from './run-session.ts';

const PLACES_SHOWN = 5;

/**
 * Look for secrets in everything that is about to leave this machine: the changed files and their names, the commit message, the
 * branch and the title. @throws `secret_in_output`, which says where and of what kind, never what
 */
export async function demandNoSecrets(
  session: RunSession,
  published: { readonly commit: string; readonly changedPaths: readonly string[] },
): Promise<void> {
  const { deps, run } = session;
  const tree = await readTree(session, published.commit);
  const contents = await tree.readTexts(published.changedPaths);
  const names = [...published.changedPaths, run.branchName, pullRequestTitle(run), COMMIT_MESSAGE].join('\n');
  const places = [...contents, ['the names', names] as const].flatMap(([place, text]) => {
    const first = deps.redactor.find(Buffer.from(text)).find(isReasonToRefuse);
    return first === undefined ? [] : [describe(place, text, first)];
  });
  if (places.length === 0) return;
  const more = places.length > PLACES_SHOWN ? `, and ${places.length - PLACES_SHOWN} more` : '';
  throw appError('secret_in_output', { places: places.slice(0, PLACES_SHOWN).join(', ') + more });
}

/**
 * Look for secrets in what somebody asks for, before any of it is stored. @throws `secret_in_request`
 */
export function demandNoSecretsAsked(
  redactor: Redactor,
  asked: Readonly<Record<string, string | undefined>>,
): void {
  for (const [field, text = ''] of Object.entries(asked)) {
    const first = redactor.find(Buffer.from(text)).find(isReasonToRefuse);
    if (first !== undefined) throw appError('secret_in_request', { place: describe(field, text, first) });
  }
}

/** A URL with a password is masked in logs; in a document it is mostly an example. So is a word of a secret mostly a word. */
function isReasonToRefuse({ kind, isConclusive }: SecretFinding): boolean {
  return isConclusive && kind !== PASSWORD_IN_URL;
}

function describe(place: string, text: string, { kind, offset }: SecretFinding): string {
  const line = Buffer.from(text).subarray(0, offset).toString('latin1').split('\n').length;
  return `${place}, line ${line} (${kind})`;
}
