import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';

import { aptInstall, canInstall } from './apt.ts';
import { fail } from './fail.ts';

const DEFAULT_SOCKET = '/var/run/docker.sock';
const PING_TIMEOUT_MS = 5000;
/** The last client that has BuildKit built in; later ones need the plugin buildx. */
const LAST_WITH_BUILDKIT = 20;

/** Where the daemon is to be asked: `DOCKER_HOST`, which has to be a socket file, or the usual place. */
export function dockerSocket(): string {
  const host = process.env['DOCKER_HOST'];
  if (!host) return DEFAULT_SOCKET;
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  return fail(
    'DOCKER_HOST names a daemon on another machine, which sees none of the folders of this one.',
    'Unset it, or set it to unix://<path of a socket>.',
  );
}

/** Whether a Docker daemon answers. */
export function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: PING_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once('timeout', () => asked.destroy(new Error('timed out')));
    asked.once('error', () => resolve(false));
    asked.end();
  });
}

/** Debian's Docker. Newer releases have the client and buildx in packages of their own. */
export function installDocker(): void {
  aptInstall(['docker.io', 'iptables'], ['docker-cli', 'docker-buildx']);
}

/** The Docker client that can build with BuildKit, installed where that is possible. */
export function buildClient(): string {
  const found = findBuildClient();
  if (found !== undefined) return found;
  // A client of another origin than Debian's keeps its own packages, and only lacks the plugin.
  if (canInstall && clients().length === 0) installDocker();
  else if (canInstall) aptInstall([], ['docker-buildx']);
  return (
    findBuildClient() ??
    fail(
      'there is no Docker client that builds with BuildKit.',
      "Install Docker's plugin buildx (docker-buildx or docker-buildx-plugin); `docker buildx version` has to answer.",
    )
  );
}

/** A machine may have several clients, and not each finds its plugin. */
export function findBuildClient(): string | undefined {
  return clients().find(
    (client) => spawnSync(client, ['buildx', 'version']).status === 0 || hasBuildKitInside(client),
  );
}

function clients(): readonly string[] {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/bin'];
  const files = folders.map((folder) => path.join(folder, 'docker'));
  return [...new Set(files)].filter((file) => existsSync(file));
}

function hasBuildKitInside(client: string): boolean {
  const version = spawnSync(client, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const major = Number(/version (\d+)\./u.exec(version)?.[1] ?? Infinity);
  return major <= LAST_WITH_BUILDKIT;
}

/** Whether the daemon has an image. */
export function hasImage(client: string, name: string): boolean {
  return spawnSync(client, ['image', 'inspect', name]).status === 0;
}

/** What the daemon says of an image. */
export function describeImage(client: string, name: string): { readonly id: string; readonly bytes: number } {
  const format = '{{.Id}} {{.Size}}';
  const told = execFileSync(client, ['image', 'inspect', '--format', format, name], { encoding: 'utf8' });
  const [id = '', bytes] = told.trim().split(' ');
  return { id, bytes: Number(bytes) };
}
