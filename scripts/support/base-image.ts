import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { aptInstall, canInstall } from './apt.ts';
import { hasImage } from './docker.ts';
import { fail } from './fail.ts';

const PULL_TIMEOUT_MS = 20_000;
/** The one base image that can be made without a container registry. */
const DEBIAN = 'debian:bookworm-slim';
/** As in the image of that name: of the documentation only what licences ask for. */
const LEAN = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/man/*',
];

/** See to it that the daemon has the base image: its own, that of a container registry, or one made of Debian's packages. */
export function ensureBaseImage(client: string, name: string): void {
  if (hasImage(client, name)) return;
  console.error(`${name} is not here yet: asking for it`);
  const pulled = spawnSync(client, ['pull', name], { stdio: 'inherit', timeout: PULL_TIMEOUT_MS });
  if (pulled.status === 0) return;
  if (name !== DEBIAN)
    fail(`${name} is neither here nor in a registry that can be reached.`, 'Load it: docker load.');
  if (spawnSync('mmdebstrap', ['--version']).status !== 0) {
    if (!canInstall) {
      fail(
        `${name} is neither here nor in a registry that can be reached, and there is no mmdebstrap to make it.`,
        'Install mmdebstrap, or load the image: docker load.',
      );
    }
    aptInstall(['mmdebstrap']);
  }
  importDebian(client);
}

function importDebian(client: string): void {
  console.error(`making ${DEBIAN} of Debian's packages`);
  const directory = mkdtempSync(path.join(tmpdir(), 'base-image-'));
  const archive = path.join(directory, 'base.tar');
  const lean = LEAN.map((option) => `--dpkgopt=${option}`);
  const options = ['--variant=minbase', '--include=ca-certificates', ...lean];
  try {
    execFileSync('mmdebstrap', [...options, 'bookworm', archive], { stdio: 'inherit' });
    execFileSync(client, ['import', '--change', 'CMD ["bash"]', archive, DEBIAN], { stdio: 'inherit' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
