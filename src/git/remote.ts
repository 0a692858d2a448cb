import { remoteUrl } from './canonical-repository.ts';
import { NOWHERE, type RunGit } from './git-command.ts';
import { loginOf } from './login.ts';
import type { InspectRemote, RemoteState } from './port.ts';
import { readError } from './remote-errors.ts';

const INSPECT_TIMEOUT_MS = 30_000;

/** See `Git.inspectRemote`. */
export async function inspectRemote(
  run: RunGit,
  { repository, login, signal }: InspectRemote,
): Promise<RemoteState> {
  const result = await run({
    args: ['ls-remote', '--symref', '--', remoteUrl(repository), 'HEAD', 'refs/heads/*'],
    // Not even the configuration of the folder this process stands in counts.
    gitDirectory: NOWHERE,
    timeoutMs: INSPECT_TIMEOUT_MS,
    login: loginOf(repository, login),
    signal,
  });
  signal?.throwIfAborted();
  if (result.exitCode !== 0) throw readError(repository, result);
  return parseRemote(result.stdout.toString('utf8'));
}

function parseRemote(listing: string): RemoteState {
  const branches = new Map<string, string>();
  let headRef: string | undefined;
  for (const line of listing.split('\n')) {
    const [value = '', ref = ''] = line.split('\t');
    if (value.startsWith('ref: ') && ref === 'HEAD') headRef = value.slice('ref: '.length);
    else if (ref.startsWith('refs/heads/')) branches.set(ref.slice('refs/heads/'.length), value);
  }
  const name = headRef?.replace(/^refs\/heads\//u, '');
  return { branches, defaultBranch: name !== undefined && branches.has(name) ? name : null };
}
