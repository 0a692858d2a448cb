import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const DOCKERFILES = ['images/job/Dockerfile', 'images/worker/Dockerfile'];

describe('the Dockerfiles', () => {
  it('name the versions this package pins, every time', () => {
    const { version } = JSON.parse(read('package.json'));
    const codex = JSON.parse(read('agents/codex/package.json')).dependencies['@openai/codex'];
    const texts = DOCKERFILES.map(read).join('\n');
    expect([...new Set(texts.match(/^ARG VERSION=.*$/gmu))]).toEqual([`ARG VERSION=${version}`]);
    expect([...new Set(texts.match(/^ARG CODEX_VERSION=.*$/gmu))]).toEqual([`ARG CODEX_VERSION=${codex}`]);
  });

  it('build the package by the same words, so that it is built once', () => {
    const [job, worker] = DOCKERFILES.map((file) => buildStages(read(file)));
    expect(worker).toHaveLength(4);
    expect(job?.slice(0, 4)).toEqual(worker);
  });
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** The stages with a name, without comments. */
function buildStages(dockerfile: string): readonly string[] {
  const [, ...stages] = dockerfile.replaceAll(/^#.*\n/gmu, '').split(/^(?=FROM )/mu);
  return stages.filter((stage) => / AS \w+/u.test(stage)).map((stage) => stage.trim());
}
