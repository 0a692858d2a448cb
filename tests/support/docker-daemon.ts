import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { isPresent } from '../../src/sandbox/docker/docker-client.ts';
import { SOCKET_PATH } from './docker-options.ts';
import { waitFor } from './wait-for.ts';

const execute = promisify(execFile);
const ENTRYPOINT = path.resolve(import.meta.dirname, '../../images/job/spec-automation-job');
const BASE_IMAGE = 'debian:bookworm-slim';
const START_MS = 60_000;

/** A Docker daemon of a test's own, which may be killed. */
export interface TestDaemon extends AsyncDisposable {
  readonly socketPath: string;
  /** An image in it that has a shell and the entrypoint of the job image. */
  readonly image: string;
  /** End it, its containers with it, and start it again. */
  restart(): Promise<void>;
}

/**
 * Start one beside the daemon that runs, in a network namespace of its own: it would take the bridge of the other away. Needs root.
 */
export async function startTestDaemon(): Promise<TestDaemon> {
  const root = await mkdtemp(path.join(tmpdir(), 'dockerd-'));
  const socketPath = path.join(root, 'docker.sock');
  const state: { daemon?: ChildProcess } = {};
  const stop = async () => {
    const { daemon } = state;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const exited = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await exited;
  };
  const start = async () => {
    const places = ['--data-root', 'data', '--exec-root', 'exec', '--pidfile', 'pid'];
    const options = places.map((word) => (word.startsWith('-') ? word : path.join(root, word)));
    const quiet = ['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--log-level', 'error'];
    const argv = ['--host', `unix://${socketPath}`, ...options, ...quiet];
    state.daemon = spawn('unshare', ['--net', 'dockerd', ...argv], { stdio: 'ignore' });
    await waitFor(() => isPresent(socketPath), { timeoutMs: START_MS, what: 'a Docker daemon of our own' });
  };
  await start();
  await loadImage(socketPath);
  return {
    socketPath,
    image: 'own-job',
    async restart() {
      await stop();
      await start();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function loadImage(socketPath: string): Promise<void> {
  const docker = (...args: readonly string[]) => execute('docker', ['-H', `unix://${socketPath}`, ...args]);
  const host = `unix://${SOCKET_PATH}`;
  const pipe = 'docker -H "$1" save "$2" | docker -H "$3" load';
  await execute('/bin/sh', ['-c', pipe, 'load', host, BASE_IMAGE, `unix://${socketPath}`]);
  await docker('create', '--name', 'base', '--network', 'none', BASE_IMAGE, 'true');
  await docker('cp', ENTRYPOINT, 'base:/usr/local/bin/spec-automation-job');
  await docker('commit', 'base', 'own-job');
  await docker('rm', 'base');
}

/** What stands between a client and the daemon, and what it does to an answer. */
export interface BetweenDaemon extends AsyncDisposable {
  readonly socketPath: string;
}

/** Pass everything on to the daemon, and cut the connection in place of the answers `isLost` picks, once the daemon has given them. */
export async function loseAnswers(isLost: (asked: IncomingMessage) => boolean): Promise<BetweenDaemon> {
  return serve((server) => {
    server.on('request', (asked, answer) => passOn(asked, answer, isLost(asked)));
  });
}

/** Pass everything on to the daemon; the requests `isHeld` picks wait for `until`. */
export async function holdRequests(
  isHeld: (asked: IncomingMessage) => boolean,
  until: Promise<void>,
): Promise<BetweenDaemon> {
  return serve((server) => {
    server.on('request', (asked, answer) => {
      void (isHeld(asked) ? until : Promise.resolve()).then(() => passOn(asked, answer, false));
    });
  });
}

function passOn(asked: IncomingMessage, answer: ServerResponse, isLost: boolean): void {
  const { method, url, headers } = asked;
  const onward = request({ socketPath: SOCKET_PATH, method, path: url, headers }, (given) => {
    if (isLost) {
      given.resume().once('end', () => asked.socket.destroy());
      return;
    }
    answer.writeHead(given.statusCode ?? 500, given.headers);
    given.pipe(answer);
  });
  onward.once('error', () => asked.socket.destroy());
  asked.pipe(onward);
}

/** A daemon that takes every connection and never says a word. */
export function hangingDaemon(): Promise<BetweenDaemon> {
  return serve((server) => server.on('request', () => undefined));
}

/** A daemon that answers everything with an error of its own. */
export function brokenDaemon(): Promise<BetweenDaemon> {
  return serve((server) => {
    server.on('request', (_, answer) => {
      answer.writeHead(500, { 'content-type': 'application/json' });
      answer.end('{"message":"no space left on device"}');
    });
  });
}

async function serve(prepare: (server: Server) => void): Promise<BetweenDaemon> {
  const root = await mkdtemp(path.join(tmpdir(), 'daemon-'));
  const socketPath = path.join(root, 'docker.sock');
  const server = createServer();
  prepare(server);
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
