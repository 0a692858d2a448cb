import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

import { appError } from '../../domain/app-error.ts';

/**
 * Certificates to trust beside Node's own, from the file git is told of as well; `undefined` when there is none. @throws `setting_invalid`
 */
export async function readTrustedCertificates(
  networkEnv: Readonly<Record<string, string>>,
): Promise<readonly string[] | undefined> {
  const name = networkEnv['GIT_SSL_CAINFO'] === undefined ? 'SSL_CERT_FILE' : 'GIT_SSL_CAINFO';
  const file = networkEnv[name];
  if (file === undefined) return undefined;
  try {
    return [...rootCertificates, await readFile(file, 'utf8')];
  } catch (cause) {
    throw appError('setting_invalid', { name, problem: `${file} cannot be read` }, cause);
  }
}
