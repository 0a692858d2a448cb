import Docker from 'dockerode';

import { SOCKET_PATH } from '../../support/docker-options.ts';

/** Looking at containers from outside, through the daemon's own records. */
export interface DockerScene extends AsyncDisposable {
  /** The phases of a run whose agent was started since this was opened, in order. */
  startsOf(runId: string): readonly string[];
  /** Containers, networks and volumes that are labelled or named for some of our runs, in any state. */
  leftOf(runIds: readonly string[]): Promise<readonly string[]>;
}

const NAME = /^spec-automation-([0-9a-f-]{36})-(\w+)-\d+-/u;

/** Look on from now on. */
export async function openDockerScene(): Promise<DockerScene> {
  const docker = new Docker({ socketPath: SOCKET_PATH });
  const stop = new AbortController();
  const starts: { readonly runId: string; readonly phase: string }[] = [];
  const filters = JSON.stringify({
    type: ['container'],
    event: ['start'],
    label: ['spec-automation.role=agent'],
  });
  const events: NodeJS.ReadableStream = await docker.getEvents({ filters, abortSignal: stop.signal });
  events.on('error', () => undefined);
  events.on('data', (chunk: Buffer) => {
    for (const [, name = ''] of chunk.toString().matchAll(/"name":"([^"]+)"/gu)) {
      const [, runId = '', phase = ''] = NAME.exec(name) ?? [];
      if (phase !== '') starts.push({ runId, phase });
    }
  });
  return {
    startsOf: (runId) => starts.flatMap((start) => (start.runId === runId ? [start.phase] : [])),
    async leftOf(runIds) {
      const [containers, networks, { Volumes: volumes }] = await Promise.all([
        docker.listContainers({ all: true }),
        docker.listNetworks(),
        docker.listVolumes(),
      ]);
      const told = [
        ...containers.map(({ Names: names, Labels: labels, State: state }) => ({
          what: `container ${names.join()} (${state})`,
          text: JSON.stringify([names, labels]),
        })),
        ...networks.map(({ Name: name, Labels: labels }) => ({
          what: `network ${name}`,
          text: JSON.stringify([name, labels]),
        })),
        ...volumes.map(({ Name: name, Labels: labels }) => ({
          what: `volume ${name}`,
          text: JSON.stringify([name, labels]),
        })),
      ];
      return told.flatMap(({ what, text }) => (runIds.some((id) => text.includes(id)) ? [what] : []));
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
    },
  };
}
