import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { appError } from '../domain/app-error.ts';
import { validateRepositoryName } from '../domain/validate.ts';
import { canonicalUrl, hideUserinfo, invalidName, isSlug, parseUrl } from './repository-url.ts';

const URL_USERINFO = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*@/iu;

/**
 * The one form a repository is known by: an absolute path without links, or a normalised URL without credentials.
 * `owner/name` counts as a path when such a folder exists, and else as a repository of the forge.
 * @throws `repository_invalid`, `repository_not_found`, `repository_subfolder`
 */
export async function canonicalRepository(
  forgeUrl: string,
  name: string,
  workingDirectory: string,
): Promise<string> {
  if (URL_USERINFO.test(name)) throw invalidName(name, 'it holds a user name or password');
  validateRepositoryName(name);
  if (/^file:\/\//iu.test(name)) return canonicalFileUrl(name);
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(name)) return canonicalUrl(forgeUrl, name);
  if (/^[\w.-]+@[\w.-]+:/u.test(name)) throw invalidName(name, 'ssh is not supported');
  const directory = path.resolve(workingDirectory, name);
  if (await isThere(directory)) return canonicalPath(directory, name);
  if (isSlug(name)) return `${forgeUrl}/${name.toLowerCase()}`;
  // Such as `host:path`, `ext::program` and `https:/host`: git would take some of them for an address.
  if (/^[^/]*:/u.test(name)) throw invalidName(name, 'it is neither a folder nor a URL that is supported');
  throw appError('repository_not_found', { repository: hideUserinfo(name) });
}

/** What git is given for a canonical repository. A path becomes a `file://` URL, so that git never hard-links from it. */
export function remoteUrl(repository: string): string {
  return path.isAbsolute(repository) ? pathToFileURL(repository).href : repository;
}

async function canonicalFileUrl(name: string): Promise<string> {
  const url = parseUrl(name);
  if (url.host !== '') throw invalidName(name, 'a file:// URL must not name a host');
  let directory: string;
  try {
    directory = fileURLToPath(url);
  } catch (cause) {
    throw invalidName(name, 'it is not a valid file:// URL', cause);
  }
  return canonicalPath(directory, name);
}

async function canonicalPath(directory: string, name: string): Promise<string> {
  const found = await stat(directory).catch(() => undefined);
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
  const has = (name: string) => isThere(path.join(directory, name));
  if (await has('.git')) return true;
  const parts = await Promise.all(['HEAD', 'objects', 'refs'].map(has));
  return parts.every(Boolean);
}

function isThere(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}
