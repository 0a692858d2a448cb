import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  docker,
  isDockerThere,
  JOB_IMAGE,
  labelsOf,
  SEALED,
  shellIn,
  WORKER_IMAGE,
} from '../support/docker.ts';
import { ARE_SERVICES_REQUIRED } from '../support/postgres.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const cli = (...words: readonly string[]) => docker('run', '--rm', '--init', WORKER_IMAGE, ...words);
const MANIFEST = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

describe.skipIf(!isDockerThere && !ARE_SERVICES_REQUIRED)(
  'with a Docker daemon (skipped without one; scripts/with-docker.ts starts it, npm run images:build makes the images)',
  () => {
    describe('the job image', () => {
      it('has the agents at the versions of its labels', async () => {
        const labels = await labelsOf(JOB_IMAGE);
        const codex = await shellIn(JOB_IMAGE, 'codex --version 2> /dev/null');
        const own = await shellIn(JOB_IMAGE, 'jq -r .version /opt/spec-automation/package.json');
        expect(codex).toBe(`codex-cli ${labels['spec-automation.agent.codex_cli']}`);
        expect(labels).toMatchObject({
          'spec-automation.version': own,
          'spec-automation.agent.outline': own,
          'org.opencontainers.image.version': MANIFEST.version,
          'org.opencontainers.image.licenses': 'Apache-2.0',
        });
        expect(Object.keys(labels).filter((name) => /claude|opencode|gemini|spec_kit/u.test(name))).toEqual(
          [],
        );
      });

      it('has the Node this package pins, and what agents call', async () => {
        const programs = ['bash', 'curl', 'gh', 'git', 'jq', 'node', 'npm', 'python3', 'timeout'];
        const calls = programs.map((program) => `${program} --version > /dev/null && echo ${program}`);
        expect(await shellIn(JOB_IMAGE, calls.join('\n'))).toBe(programs.join('\n'));
        expect(await shellIn(JOB_IMAGE, 'node --version')).toBe(`v${MANIFEST.devDependencies.node}`);
        expect(await shellIn(JOB_IMAGE, 'python3 -c "import yaml; print(yaml.safe_load(\'[1]\'))"')).toBe(
          '[1]',
        );
        expect(await shellIn(JOB_IMAGE, 'socat -V | head -1; ls /etc/ssl/certs/ca-certificates.crt')).toMatch(
          /^socat[\s\S]*crt$/u,
        );
      });

      it('starts Codex without Node, and the outline agent', async () => {
        expect(await shellIn(JOB_IMAGE, 'head -c 4 "$(readlink -f "$(type -P codex)")" | tail -c 3')).toBe(
          'ELF',
        );
        const { exitCode, stdout } = await docker(
          'run',
          '--rm',
          ...SEALED,
          JOB_IMAGE,
          '5',
          '20',
          'spec-automation-outline',
        );
        expect(exitCode).toBe(1);
        expect(JSON.parse(stdout)).toMatchObject({ type: 'error' });
      });

      it('has no tools to build with, no setuid files, and nothing to write to when sealed', async () => {
        const script = `
        for program in cc gcc make pip pip3 pip3.11 sudo tsc vitest; do type -P $program && exit 1; done
        find / -xdev -perm /6000 2> /dev/null || true
        find / -xdev -writable -not -type l -not -path '/proc/*' -not -path /tmp 2> /dev/null || true
        id -u; id -un; ls /sys/class/net`;
        expect(await shellIn(JOB_IMAGE, script)).toBe('65532\nagent\nlo');
      });
    });

    describe('the worker image', () => {
      it('is the command line, as a user without rights', async () => {
        expect((await cli('--version')).stdout).toBe(MANIFEST.version);
        expect(await shellIn(WORKER_IMAGE, 'id -u; git --version | cut -c 1-3')).toBe('65532\ngit');
        expect(await labelsOf(WORKER_IMAGE)).toMatchObject({ 'spec-automation.version': MANIFEST.version });
      });

      it('looks at itself with doctor, and can do a run', async () => {
        const { stdout } = await cli('doctor');
        expect(stdout).toMatch(/✔ git[\s\S]*✔ store[\s\S]*✔ agent outline/u);
        const demo = await cli('demo', '--json');
        expect([demo.exitCode, demo.stdout]).toEqual([0, expect.stringContaining('"status": "succeeded"')]);
      });

      it('has no agent toolchain and no setuid files', async () => {
        const script = `
        for program in codex claude opencode gemini npm python3 curl jq gh socat gcc; do type -P $program && exit 1; done
        find / -xdev -perm /6000 2> /dev/null || true`;
        expect(await shellIn(WORKER_IMAGE, script)).toBe('');
      });
    });

    describe('both images', () => {
      it.each([
        [
          JOB_IMAGE,
          ['codex', 'debian', 'node', 'npm', 'spec-automation'],
          ['git', 'socat', 'zod', 'npm', '@openai/codex'],
        ],
        [WORKER_IMAGE, ['debian', 'node', 'spec-automation'], ['git', `node-linux-${process.arch}`, 'zod']],
      ])('list what is in them: %s', async (image, documents, packages) => {
        const directory = (await labelsOf(image))['spec-automation.sbom'] ?? '';
        const listed = await shellIn(image, `cd ${directory}; ls`);
        expect(listed.split('\n')).toEqual(documents.map((name) => `${name}.cdx.json`));
        const boms = await Promise.all(
          documents.map(async (name) =>
            JSON.parse(await shellIn(image, `cat ${directory}/${name}.cdx.json`)),
          ),
        );
        const components = boms.flatMap((bom) => bom.components);
        const names = components.map(({ group, name }) => [group, name].filter(Boolean).join('/'));
        expect(boms.map(({ bomFormat }) => bomFormat)).toEqual(documents.map(() => 'CycloneDX'));
        expect(names).toEqual(expect.arrayContaining(packages));
        expect(components.filter(({ purl, version }) => !purl || !version)).toEqual([]);
      });

      it.each(['job', 'worker'])(
        'are built by docker build alone: %s',
        async (name) => {
          const tag = `spec-automation/${name}:test-plain`;
          const built = await docker('build', '--file', `images/${name}/Dockerfile`, '--tag', tag, '.');
          await docker('rmi', tag);
          expect(built).toMatchObject({ exitCode: 0 });
        },
        600_000,
      );
    });
  },
);
