import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `node debian-sbom.ts`: the Debian packages of the image it runs in, as a CycloneDX document on standard output. */
const codename = /^VERSION_CODENAME=(.+)$/mu.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
const listing = execFileSync(
  'dpkg-query',
  ['--show', '--showformat=${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\n'],
  { encoding: 'utf8' },
);
const components = listing
  .split('\n')
  .filter((line) => line.startsWith('ii'))
  .map((line) => {
    const [, name = '', version = '', architecture = ''] = line.split('\t');
    const qualifiers = `arch=${architecture}${codename === undefined ? '' : `&distro=${codename}`}`;
    const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?${qualifiers}`;
    return { type: 'library', 'bom-ref': purl, name, version, purl };
  });
const document = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components };
process.stdout.write(`${JSON.stringify(document, undefined, 1)}\n`);
