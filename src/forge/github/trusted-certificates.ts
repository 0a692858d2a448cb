import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

/**
 * Certificates to trust beside Node's own, from the file git is told of as well; `undefined` when there is none. @throws as `readFile`
 */
export async function readTrustedCertificates(
  networkEnv: Readonly<Record<string, string>>,
): Promise<readonly string[] | undefined> {
  const file = networkEnv['GIT_SSL_CAINFO'] ?? networkEnv['SSL_CERT_FILE'];
  return file === undefined ? undefined : [...rootCertificates, await readFile(file, 'utf8')];
}
