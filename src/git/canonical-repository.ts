import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { appError } from '../domain/app-error.ts';
import { REDACTED } from '../domain/redact.ts';
import { quote, validateRepositoryName } from '../domain/validate.ts';

const SLUG = /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9_.-]+$/u;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const URL_USERINFO = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*@/iu;
/** Whatever could be a user name and password, in something that is perhaps no URL at all. */
const POSSIBLE_USERINFO = /^([a-z][a-z0-9+.-]*:\/\/).*@|^.*:.*@/isu;

/**
 * The one form a repository is known by: an absolute path without links, or a normalised URL without credentials.
 * `owner/name` counts as a path when such a folder exists.
 * @throws `repository_invalid`, `repository_not_found`, `repository_subfolder`, `forge_unavailable`
 */
export async function canonicalRepository(name: string, workingDirectory: string): Promise<string> {
  if (URL_USERINFO.test(name)) throw invalid(name, 'it holds a user name or password');
  validateRepositoryName(name);
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(name)) return canonicalUrl(name);
  if (/^[\w.-]+@[\w.-]+:/u.test(name)) throw invalid(name, 'ssh is not supported');
  return canonicalPath(path.resolve(workingDirectory, name), name);
}

/** What git is given for a canonical repository. A path becomes a `file://` URL, so that git never hard-links from it. */
export function remoteUrl(repository: string): string {
  return path.isAbsolute(repository) ? pathToFileURL(repository).href : repository;
}

async function canonicalUrl(name: string): Promise<string> {
  if (!URL.canParse(name)) throw invalid(name, 'it is not a valid URL');
  const url = new URL(name);
  if (url.username !== '' || url.password !== '') throw invalid(name, 'it holds a user name or password');
  if (url.search !== '' || url.hash !== '') throw invalid(name, 'it holds a query or a fragment');
  if (url.protocol === 'file:') return canonicalFileUrl(url, name);
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (url.hostname.startsWith('-')) throw invalid(name, 'its host begins with a dash');
  if (!isAllowed) throw invalid(name, `${url.protocol}// is not supported`);
  return url.href.replace(/\/+$/u, '');
}

async function canonicalFileUrl(url: URL, name: string): Promise<string> {
  if (url.host !== '') throw invalid(name, 'a file:// URL must not name a host');
  let directory: string;
  try {
    directory = fileURLToPath(url);
  } catch (cause) {
    throw invalid(name, 'it is not a valid file:// URL', cause);
  }
  return canonicalPath(directory, name);
}

async function canonicalPath(directory: string, name: string): Promise<string> {
  const found = await stat(directory).catch(() => undefined);
  if (found === undefined && SLUG.test(name) && !name.startsWith('.'))
    throw appError('forge_unavailable', { repository: name });
  if (found === undefined || !found.isDirectory())
    throw appError('repository_not_found', { repository: hideUserinfo(name) });
  const real = await realpath(directory);
  // Naming the .git folder of a checkout means the checkout.
  if (path.basename(real) === '.git') return path.dirname(real);
  if (await isTop(real)) return real;
  const top = await enclosingTop(real);
  // Whether a folder outside of all repositories is one after all is for git to say.
  if (top === undefined) return real;
  throw appError('repository_subfolder', { repository: hideUserinfo(name), top });
}

async function enclosingTop(directory: string): Promise<string | undefined> {
  const parent = path.dirname(directory);
  if (parent === directory) return undefined;
  return (await isTop(parent)) ? parent : enclosingTop(parent);
}

/** True for a checkout, which has a `.git`, and for a bare repository; a `.git` itself belongs to its checkout. */
async function isTop(directory: string): Promise<boolean> {
  if (path.basename(directory) === '.git') return false;
  const isThere = (name: string) =>
    stat(path.join(directory, name)).then(
      () => true,
      () => false,
    );
  if (await isThere('.git')) return true;
  const parts = await Promise.all(['HEAD', 'objects', 'refs'].map(isThere));
  return parts.every(Boolean);
}

function invalid(name: string, problem: string, cause?: unknown) {
  return appError('repository_invalid', { repository: quote(hideUserinfo(name)), problem }, cause);
}

/** Before the name is cut to length: what is left of a cut password no longer looks like one. */
function hideUserinfo(name: string): string {
  return name.replace(POSSIBLE_USERINFO, (_, scheme: string | undefined) => `${scheme ?? ''}${REDACTED}@`);
}
