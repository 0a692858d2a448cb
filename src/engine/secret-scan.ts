import { appError } from '../domain/app-error.ts';
import { COMMIT_MESSAGE, pullRequestTitle } from '../domain/naming.ts';
import { DEFAULT_PUBLISH_LIMITS } from '../domain/publish-policy.ts';
import type { Redactor, SecretFinding } from '../domain/redaction/redactor.ts';
import { PASSWORD_IN_URL } from '../domain/redaction/url-userinfo.ts';
import { quote } from '../domain/validate.ts';
import { readTree } from './read-tree.ts';
import type { RunSession } from './run-session.ts';

const PLACES_SHOWN = 5;

/** Something that is about to leave this machine, and what to call it. */
type Place = readonly [name: string, content: Uint8Array];

/**
 * Look for secrets in everything that is about to leave this machine: the changed files, every byte of them, and their names, the
 * commit message and who signs it, the branch and the title. @throws `secret_in_output`, which says where and of what kind, never what
 */
export async function demandNoSecrets(
  session: RunSession,
  published: { readonly commit: string; readonly changedPaths: readonly string[] },
): Promise<void> {
  const { run } = session;
  const { name, email } = run.author;
  const names = [
    ...published.changedPaths,
    run.branchName,
    pullRequestTitle(run),
    COMMIT_MESSAGE,
    name,
    email,
  ];
  demandClean(session, [
    ...(await readChanged(session, published)),
    ['the names', Buffer.from(names.join('\n'))],
  ]);
}

/**
 * The last look at a pull request, after it was masked: nothing is left to find unless masking failed. @throws `secret_in_output`
 */
export function demandCleanPr(
  session: RunSession,
  { title, branch, body }: { readonly title: string; readonly branch: string; readonly body: string },
): void {
  demandClean(session, [['the pull request', Buffer.from([title, branch, body].join('\n'))]]);
}

/** The content of the changed files that are still there, as bytes: text in another encoding would not survive being read as UTF-8. */
async function readChanged(
  session: RunSession,
  { commit, changedPaths }: { readonly commit: string; readonly changedPaths: readonly string[] },
): Promise<readonly Place[]> {
  const tree = await readTree(session, commit);
  const changed = new Set(changedPaths);
  const entries = tree.entries.filter(({ path }) => changed.has(path));
  const blobs = await session.deps.git.readBlobs({
    gitDirectory: session.workspace.git,
    objectIds: entries.map(({ objectId }) => objectId),
    maxBytes: DEFAULT_PUBLISH_LIMITS.maxTotalBytes,
  });
  return entries.map(({ path, objectId }) => {
    const content = blobs.get(objectId);
    if (content === undefined)
      throw appError('internal', { problem: `${quote(path)} cannot be searched for secrets` });
    return [path, content] as const;
  });
}

function demandClean({ deps }: RunSession, contents: readonly Place[]): void {
  const places = contents.flatMap(([place, content]) => {
    const first = deps.redactor.find(content).find(isReasonToRefuse);
    return first === undefined ? [] : [describe(place, content, first)];
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
    const content = Buffer.from(text);
    const first = redactor.find(content).find(isReasonToRefuse);
    if (first !== undefined) throw appError('secret_in_request', { place: describe(field, content, first) });
  }
}

/** A URL with a password is masked in logs; in a document it is mostly an example. So is a word of a secret mostly a word. */
function isReasonToRefuse({ kind, isConclusive }: SecretFinding): boolean {
  return isConclusive && kind !== PASSWORD_IN_URL;
}

function describe(place: string, content: Uint8Array, { kind, offset }: SecretFinding): string {
  const line = Buffer.from(content.subarray(0, offset)).toString('latin1').split('\n').length;
  return `${place}, line ${line} (${kind})`;
}
