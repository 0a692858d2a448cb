import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { z } from 'zod';

import { systemDeps } from '../../../src/gateway/deps.ts';
import { startGateway } from '../../../src/gateway/serve-gateway.ts';
import { bind, INSIDE } from '../../../src/sandbox/docker/container-spec.ts';
import { gatewayDirectories } from '../../../src/sandbox/docker/gateway-container.ts';
import { DOCKER_OPTIONS } from '../../support/docker-options.ts';
import { host as withHost } from '../attacks/in-container.ts';
import { openRig, type ExecutionChange, type Rig, type Spec } from '../attacks/rig.ts';
import { attemptsAt, permitted, type Attempt, type Places } from './attempts.ts';
import { openNeighbour } from './neighbour.ts';
import { openSinks, type Sinks } from './sinks.ts';

/** What is between the attempts and the world. */
export const LEVELS = {
  sealed: 'as the product makes it',
  root: 'root with the usual capabilities, otherwise the same',
  'reachable list':
    'as the product makes it, with a gateway in a process to which a name of the list is public',
} as const;
export type Level = keyof typeof LEVELS;

/** One attempt, and what came of it by the one who tried. */
export interface Tried {
  readonly attempt: Attempt;
  readonly answer: string;
}

/** All attempts at one level, and what the host saw. */
export interface BatteryResult {
  readonly level: Level;
  readonly tried: readonly Tried[];
  /** Whatever came out where nothing may: at sinks of the host, at another container, at the far end of a tunnel. */
  readonly hits: readonly string[];
  /** What the gateway let through, by its own record. */
  readonly allowed: readonly string[];
  /** Of what an agent may do: what arrived, of how much. `undefined` where no name can be reached. */
  readonly permitted: { readonly arrived: number; readonly of: number } | undefined;
}

/** The same attempts where they get out, to show that it would be seen. */
export interface ControlResult {
  readonly tried: readonly Tried[];
  readonly missed: readonly string[];
  readonly hits: number;
}

const DRIVER = readFileSync(path.join(import.meta.dirname, 'driver.py'), 'utf8');
const Line = z.object({ name: z.string(), answer: z.string() });
/** Public by number; nobody is asked there. */
const PUBLIC = '93.184.216.34';
const ALLOWED = 'allowed.test';
const INNER = 'inner.test';

/** Where everything is, for one battery. */
interface Field extends AsyncDisposable {
  readonly rig: Rig;
  readonly sinks: Sinks;
  readonly places: Places;
  readonly network: string;
  readonly neighbourHits: () => Promise<number>;
}

async function openField(): Promise<Field> {
  const rig = await openRig({ isLoose: false });
  const sinks = await openSinks(rig.root, rig.nonce);
  const neighbour = await openNeighbour(rig.nonce, [ALLOWED, INNER]);
  const places: Places = {
    host: neighbour.hostAddress,
    otherHost: ownAddress() ?? neighbour.hostAddress,
    tcp: sinks.tcp,
    udp: sinks.udp,
    dns: sinks.dns,
    neighbour: neighbour.address,
    neighbourPort: neighbour.port,
    allowed: ALLOWED,
    inner: INNER,
    abstractSocket: sinks.abstractSocket,
  };
  return {
    rig,
    sinks,
    places,
    network: neighbour.network,
    neighbourHits: neighbour.hits,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await neighbour[Symbol.asyncDispose]();
      await sinks[Symbol.asyncDispose]();
    },
  };
}

/** Try everything at one level. */
export async function runBattery(level: Level): Promise<BatteryResult> {
  await using field = await openField();
  return level === 'reachable list' ? await withReachableList(field) : await withOwnGateway(field, level);
}

/** The gateway is the product's own container. The names of its list lead inside there, so that not even they are reached. */
async function withOwnGateway(field: Field, level: 'sealed' | 'root'): Promise<BatteryResult> {
  const { rig, sinks, places, network } = field;
  const gateway = { ...DOCKER_OPTIONS.gateway, network, egressAllow: [ALLOWED, INNER] };
  const asRoot = withHost(() => ({ CapDrop: [], SecurityOpt: [] }));
  const { tried, stateDirectory } = await drive(rig, [...attemptsAt(places), ...permitted(places)], {
    command: { needsNetwork: true },
    options: { gateway },
    ...(level === 'root' ? { loosen: (spec: Spec) => ({ ...asRoot(spec), User: '0:0' }) } : {}),
  });
  const { records } = gatewayDirectories({ stateDirectory });
  const record = (await readFile(path.join(records, 'egress.jsonl'), 'utf8')).split('\n');
  const hits = [...sinks.hits, ...sinks.tlsHits, ...(await neighbourWords(field))];
  const allowed = record.filter((line) => line.includes('"verdict":"allowed"'));
  return { level, tried, hits, allowed, permitted: undefined };
}

/** A gateway in this process, since no name of this machine is public: what a name leads to, and the far end, are the test's. */
async function withReachableList(field: Field): Promise<BatteryResult> {
  const { rig, sinks, places } = field;
  const folder = path.join(rig.root, 'gateway');
  await mkdir(folder);
  const far: string[] = [];
  const addresses: Readonly<Record<string, readonly string[]>> = {
    [ALLOWED]: [PUBLIC],
    [INNER]: [PUBLIC, '10.0.0.1'],
  };
  const gateway = await startGateway(
    {
      socketPath: path.join(folder, 'gateway.sock'),
      recordDirectory: folder,
      model: undefined,
      proxyEnv: {},
      egressAllow: [ALLOWED, INNER],
      limits: { requests: null, tokens: null, cost_usd: null },
    },
    {
      ...systemDeps({}),
      resolve: (name) => Promise.resolve(addresses[name] ?? [PUBLIC]),
      connect(address) {
        far.push(address);
        return connect({ host: '127.0.0.1', port: sinks.tls, allowHalfOpen: true });
      },
    },
  );
  try {
    const through = { loosen: mountGateway(folder) };
    const { tried } = await drive(rig, attemptsAt(places), through);
    const hits = [...sinks.hits, ...sinks.tlsHits, ...far, ...(await neighbourWords(field))];
    const may = permitted(places);
    await drive(rig, may, through);
    const arrived = sinks.tlsHits.filter((hit) => hit.includes(rig.nonce)).length;
    return { level: 'reachable list', tried, hits, allowed: [], permitted: { arrived, of: may.length } };
  } finally {
    await gateway.close();
  }
}

/** The same attempts in an ordinary network, and through a gateway that lets everything pass. */
export async function runControls(): Promise<ControlResult> {
  await using field = await openField();
  const { rig, sinks, places, network } = field;
  const folder = path.join(rig.root, 'open');
  await mkdir(folder);
  const open = await startOpenGateway(path.join(folder, 'gateway.sock'), sinks);
  try {
    const all = attemptsAt(places);
    const [direct, through] = (['network', 'open gateway'] as const).map((way) =>
      all.filter(({ control }) => control === way),
    );
    const inNetwork = await drive(rig, direct ?? [], { loosen: withHost(() => ({ NetworkMode: network })) });
    const passed = await drive(rig, through ?? [], { loosen: mountGateway(folder) });
    const tried = [...inNetwork.tried, ...passed.tried];
    const missed = tried
      .filter(({ answer, attempt }) => !/sink/u.test(answer) && !isEcho(attempt, answer))
      .map(({ attempt }) => attempt.name);
    const hits = sinks.hits.length + sinks.tlsHits.length + (await field.neighbourHits());
    return { tried, missed, hits };
  } finally {
    open.closeAllConnections();
    open.close();
  }
}

/** Datagrams come back as they were sent. */
function isEcho({ kind }: Attempt, answer: string): boolean {
  return kind === 'udp' && !/Error|timed out/u.test(answer);
}

async function drive(
  rig: Rig,
  attempts: readonly Attempt[],
  change: ExecutionChange,
): Promise<{ readonly tried: readonly Tried[]; readonly stateDirectory: string }> {
  const stdin = JSON.stringify({ attempts, nonce: rig.nonce });
  const argv = ['/usr/bin/python3', '-c', DRIVER] as const;
  const { lines, hasRun, command, result } = await rig.execute('', {
    ...change,
    command: { ...change.command, argv, stdin, deadlineMs: 60_000 },
  });
  if (!hasRun)
    throw new Error(`the attempts were not all made: ${result.ending} ${result.stderr.slice(-400)}`);
  const answers = lines.filter((line) => line.startsWith('{')).map((line) => Line.parse(JSON.parse(line)));
  const tried = attempts.map((attempt) => ({
    attempt,
    answer: answers.find(({ name }) => name === attempt.name)?.answer ?? 'not tried',
  }));
  return { tried, stateDirectory: command.stateDirectory };
}

function mountGateway(folder: string) {
  return (spec: Spec): Spec =>
    withHost(({ Mounts: mounts = [] }) => ({ Mounts: [bind(folder, INSIDE.gateway, true), ...mounts] }))(
      spec,
    );
}

async function neighbourWords({ neighbourHits }: Field): Promise<readonly string[]> {
  const count = await neighbourHits();
  return count === 0 ? [] : [`${count} at another container`];
}

/** What a gateway without rules would be: everything goes to a sink, and only one that answers is promised. */
async function startOpenGateway(socketPath: string, { tcp, tls }: Sinks) {
  const server = createServer();
  server.on('request', ({ socket }) => pass(socket, tcp, 'HTTP/1.1 502 sink\r\n\r\n'));
  server.on('clientError', (_error, client) => pass(client, tcp, 'HTTP/1.1 502 sink\r\n\r\n'));
  server.on('upgrade', (_request, client) => pass(client, tcp, 'HTTP/1.1 101 sink\r\n\r\n'));
  server.on('connect', (_request, client) => pass(client, tls, 'HTTP/1.1 200 sink\r\n\r\n'));
  server.listen({ path: socketPath, writableAll: true, readableAll: true });
  await once(server, 'listening');
  return server;
}

function pass(client: Duplex, port: number, promise: string): void {
  client.on('error', () => undefined);
  const sink = connect(port, '127.0.0.1', () => {
    client.write(promise);
    client.pipe(sink).pipe(client);
  });
  sink.on('error', () => client.destroy());
}

function ownAddress(): string | undefined {
  const all = Object.entries(networkInterfaces()).flatMap(([name, entries = []]) =>
    /^(?:docker|br-|veth)/u.test(name) ? [] : entries,
  );
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
