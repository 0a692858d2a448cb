import { docker } from '../attacks/rig.ts';
import { DOCKER_OPTIONS } from '../../support/docker-options.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Another container of the machine, in a network of its own with some names, which counts who calls. */
export interface Neighbour extends AsyncDisposable {
  readonly network: string;
  readonly address: string;
  readonly port: number;
  /** The host, as containers of this network see it. */
  readonly hostAddress: string;
  readonly hits: () => Promise<number>;
}

const PORT = 443;
const LISTEN = `
import socket
server = socket.create_server(('0.0.0.0', ${PORT}))
print('listening', flush=True)
while True:
    connection, _ = server.accept()
    print('hit', flush=True)
    connection.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nsink')
    connection.close()
`;

/** Start it. */
export async function openNeighbour(nonce: string, names: string[]): Promise<Neighbour> {
  const network = await docker.createNetwork({ Name: `attack-${nonce}`, CheckDuplicate: true });
  const container = await docker.createContainer({
    name: `attack-neighbour-${nonce}`,
    Image: DOCKER_OPTIONS.image,
    User: '0:0',
    Entrypoint: ['/usr/bin/python3', '-c', LISTEN],
    HostConfig: { NetworkMode: network.id, Init: true },
    NetworkingConfig: { EndpointsConfig: { [network.id]: { Aliases: names } } },
  });
  await container.start();
  const log = async () => (await container.logs({ stdout: true, stderr: true })).toString();
  await waitFor(async () => (await log()).includes('listening'), {
    timeoutMs: 10_000,
    what: 'the other container',
  });
  const { NetworkSettings: settings } = await container.inspect();
  const { IPAddress: address, Gateway: hostAddress } = Object.values(settings.Networks)[0]!;
  return {
    network: `attack-${nonce}`,
    address,
    hostAddress,
    port: PORT,
    hits: async () => (await log()).split('hit').length - 1,
    async [Symbol.asyncDispose]() {
      await container.remove({ force: true });
      await network.remove();
    },
  };
}
