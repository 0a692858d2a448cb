import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';

import { gatewayName } from '../../../../src/sandbox/docker/container-names.ts';
import { VARIABLE_NAMES } from '../../../../src/sandbox/docker/container-spec.ts';
import type { SandboxCommand } from '../../../../src/sandbox/port.ts';
import type { Attack } from '../attack.ts';
import { findCanary } from '../find-canary.ts';
import { host, inContainer } from '../in-container.ts';
import { docker } from '../rig.ts';
import { startStubModel } from '../stub-model.ts';

/** Looks through everything it can read for something of which it knows beginning and end. */
const HUNT = `python3 - <<'PYTHON'
import os, re
pattern = re.compile(os.environ['HEAD'].encode() + b'.{16}' + os.environ['TAIL'].encode(), re.S)
count = 0
for folder, folders, files in os.walk('/', followlinks=False):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ('/sys', '/proc/sys') and name not in ('task', 'map_files', 'net')]
    for name in files:
        place = os.path.join(folder, name)
        if folder.startswith('/proc') and name not in ('environ', 'cmdline', 'mountinfo', 'maps', 'status', 'comm'):
            continue
        try:
            if os.path.islink(place) or not os.path.isfile(place) or os.stat(place).st_size > 2**28:
                continue
            with open(place, 'rb') as f:
                data = f.read(2**28)
        except OSError:
            continue
        count += 1
        if pattern.search(data):
            print('reached-' + os.environ['NONCE'], place)
print('read', count)
PYTHON`;

function newKey(): string {
  return randomBytes(16).toString('hex');
}

function modelWith(key: string): Pick<SandboxCommand, 'needsNetwork' | 'model'> {
  const model = {
    protocol: 'openai_responses',
    baseUrl: 'http://127.0.0.1:1/v1',
    key,
    price: undefined,
  } as const;
  return { needsNetwork: true, model };
}

const KEY_FROM_INSIDE: Attack = {
  id: 'T-11',
  attempted: "find the model's key: environments, command lines, every readable file",
  control: { off: 'the key in a variable of the agent' },
  async attempt(rig) {
    const key = newKey();
    const env = {
      HEAD: key.slice(0, 8),
      TAIL: key.slice(-8),
      ...(rig.isLoose ? { CODEX_API_KEY: key } : {}),
    };
    const { reached, hasRun, lines, command } = await rig.execute(HUNT, {
      command: { ...modelWith(key), env },
    });
    const files = Number(lines.find((line) => line.startsWith('read '))?.slice(5));
    if (!hasRun || !(files > 5000)) throw new Error(`it read ${files} files only`);
    const kept = await findCanary([command.stateDirectory, command.homeDirectory], [key]);
    const places = [...reached, ...kept];
    return {
      hasSucceeded: places.length > 0,
      evidence: places.length > 0 ? `found in ${places[0]}` : `${files} files read, none holds it`,
    };
  },
};

const KEY_FROM_HOST: Attack = {
  id: 'T-11',
  attempted: 'show the key to whoever looks at the containers: docker inspect, process tables, logs',
  control: { off: 'the key in a variable of the agent' },
  isQuick: true,
  async attempt(rig) {
    const key = newKey();
    const seen: string[] = [];
    const during = async (container: Docker.Container, command: SandboxCommand) => {
      for (const each of [container, docker.getContainer(gatewayName(command))])
        seen.push(...(await visibleOf(each)));
    };
    const env = rig.isLoose ? { CODEX_API_KEY: key } : {};
    await rig.execute('pause', { command: { ...modelWith(key), env }, during });
    if (seen.length < 8) throw new Error(`only ${seen.length} places were seen`);
    const telling = seen.filter((text) => text.includes(key)).length;
    return { hasSucceeded: telling > 0, evidence: `in ${telling} of ${seen.length} places` };
  },
};

/** What the host shows of a container without looking into its memory. */
async function visibleOf(container: Docker.Container): Promise<readonly string[]> {
  const { Processes: processes } = await container.top({ ps_args: '-eo pid' });
  const files = processes.flatMap(([pid]: string[]) => [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`]);
  const texts = await Promise.all(files.map((file: string) => readFile(file, 'utf8').catch(() => '')));
  const log = await container.logs({ stdout: true, stderr: true });
  return [JSON.stringify(await container.inspect()), log.toString(), ...texts];
}

const VARIABLES: Attack = {
  id: 'T-20',
  attempted: 'find a token, or any variable of the host, in its environment',
  control: { off: 'one more variable' },
  isQuick: true,
  async attempt(rig) {
    const env: Record<string, string> = rig.isLoose ? { GITHUB_TOKEN: newKey() } : {};
    const script =
      "tr '\\0' '\\n' < /proc/$$/environ | sed 's/=.*//' | while read -r n; do reached \"$n\"; done";
    const { reached } = await rig.execute(script, { command: { ...modelWith(newKey()), env } });
    if (!reached.includes('PATH')) throw new Error('no environment was seen');
    // The last two are set by the shell that starts the agent.
    const known = new Set([...VARIABLE_NAMES, 'NONCE', 'PWD', 'SHLVL']);
    const foreign = reached.filter((name) => !known.has(name));
    return {
      hasSucceeded: foreign.length > 0,
      evidence: `${reached.length} variables, foreign: ${foreign.join(' ') || 'none'}`,
    };
  },
};

const CREDENTIAL_FILES = [
  '.codex/auth.json',
  '.claude/.credentials.json',
  '.gemini/oauth_creds.json',
  '.local/share/opencode/auth.json',
  '.config/gh/hosts.yml',
  '.git-credentials',
  '.netrc',
  '.npmrc',
  '.pypirc',
  '.aws/credentials',
  '.docker/config.json',
  '.kube/config',
  '.ssh/id_ed25519',
  '.ssh/id_rsa',
  '.config/gcloud/application_default_credentials.json',
];

const READ_TOOL: Attack = inContainer(
  {
    id: 'T-12',
    attempted: 'read credentials by a tool that is no shell',
    script: `node --input-type=module - <<'JS'
import { existsSync, readdirSync, readFileSync } from 'node:fs';
const say = (what) => console.log('reached-' + process.env.NONCE + ' ' + what);
const names = ${JSON.stringify(CREDENTIAL_FILES)};
for (const home of ['/home/agent', '/root', '/work/repo']) for (const name of names)
  try { readFileSync(home + '/' + name); say(home + '/' + name); } catch {}
for (const place of ['/run/secrets', '/var/run/secrets', '/etc/shadow', '/etc/gshadow', '/proc/1/mem'])
  try { existsSync(place) && (readdirSync(place), say(place)); } catch (error) { if (error.code === 'ENOTDIR') try { readFileSync(place); say(place); } catch {} }
JS`,
  },
  { off: 'a credential laid in its HOME', change: { command: { homeFiles: { '.netrc': 'machine x' } } } },
);

/** What only an oracle would answer; the last is what an agent may ask. */
const ORACLE = `python3 - <<'PYTHON'
import os, socket
host, port = os.environ['TARGET'].split(':')
own = 'Host: model\\r\\nContent-Type: application/json\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n'
ask = [
    'GET /v1/models HTTP/1.1\\r\\n' + own + '\\r\\n{}', 'POST /v1/files HTTP/1.1\\r\\n' + own + '\\r\\n{}',
    'DELETE /v1/responses HTTP/1.1\\r\\n' + own + '\\r\\n{}', 'POST /v1/responses/x/cancel HTTP/1.1\\r\\n' + own + '\\r\\n{}',
    'POST /v1/../v1/files HTTP/1.1\\r\\n' + own + '\\r\\n{}', 'POST //v1/responses HTTP/1.1\\r\\n' + own + '\\r\\n{}',
    'POST /v1/responses?a=b HTTP/1.1\\r\\n' + own + '\\r\\n{}', 'POST /v1/%72esponses HTTP/1.1\\r\\n' + own + '\\r\\n{}',
    'POST http://127.0.0.1/v1/files HTTP/1.1\\r\\n' + own + '\\r\\n{}', 'CONNECT api.openai.com:443 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n',
    'POST /v1/responses HTTP/1.1\\r\\nX-HTTP-Method-Override: DELETE\\r\\n' + own + '\\r\\n{}',
    'POST /v1/responses HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n' + own + '\\r\\n0\\r\\n\\r\\nGET /v1/files HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n',
    'GET /v1/files HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' * 2,
    'POST /v1/responses HTTP/1.1\\r\\nAuthorization: Bearer mine\\r\\n' + own + '\\r\\n{}',
]
for text in ask:
    s = socket.create_connection((host, int(port)), 5)
    s.settimeout(5)
    s.sendall(text.encode())
    answer = b''
    try:
        while True:
            chunk = s.recv(65536)
            if not chunk: break
            answer += chunk
    except OSError:
        pass
    print(answer)
PYTHON`;

const MODEL_ORACLE: Attack = {
  id: 'T-13',
  attempted: 'ask the gateway for more than model calls, and for the key: 14 requests',
  control: { off: 'the model itself, on the network of the host' },
  isQuick: true,
  async attempt(rig) {
    await using stub = await startStubModel();
    const key = `sk-proj-${newKey()}`;
    const model = {
      protocol: 'openai_responses',
      baseUrl: `${stub.origin}/v1`,
      key,
      price: undefined,
    } as const;
    const env = { TARGET: rig.isLoose ? `127.0.0.1:${stub.port}` : '127.0.0.1:8642' };
    const { hasRun, lines } = await rig.execute(ORACLE, {
      command: { needsNetwork: true, model, env },
      loosen: rig.isLoose ? host(() => ({ NetworkMode: 'host' })) : undefined,
    });
    if (!hasRun || !stub.asked.some(({ what }) => what === 'POST /v1/responses'))
      throw new Error('nothing reached the model');
    const others = stub.asked.filter(
      ({ what, authorization }) => what !== 'POST /v1/responses' || authorization !== `Bearer ${key}`,
    );
    const isTold = lines.some((line) => line.includes(key));
    return {
      hasSucceeded: others.length > 0 || isTold,
      evidence: `${stub.asked.length} of 14 reached the model, ${others.length} of them otherwise; key told: ${isTold ? 'yes' : 'no'}`,
    };
  },
};

const LEFT_OVERS: Attack = {
  id: 'T-16',
  attempted: "find what another run's agent left in every place it could write",
  control: { off: 'a HOME that both runs share' },
  async attempt(rig) {
    const mark = newKey();
    const leave = `for d in $(find / -xdev -type d -writable 2> /dev/null) /tmp /dev/shm "$HOME" /work/repo; do echo "$MARK" > "$d/left-$MARK" && reached "$d"; done`;
    const shared = rig.isLoose ? { homeDirectory: rig.root } : {};
    const first = await rig.execute(leave, { command: { env: { MARK: mark }, ...shared } });
    const look = `find / -name "left-$MARK" -not -path '/proc/*' 2> /dev/null | while read -r f; do reached "$f"; done; grep -rl "$MARK" /tmp /home /work /var /dev/shm 2> /dev/null | while read -r f; do reached "$f"; done; true`;
    const second = await rig.execute(look, { command: { env: { MARK: mark }, ...shared } });
    if (first.reached.length < 4 || !second.hasRun) throw new Error('the first left too little');
    return {
      hasSucceeded: second.reached.length > 0,
      evidence: `left in ${new Set(first.reached).size} places, found in ${second.reached.length}`,
    };
  },
};

const DAEMON = `setsid bash -c 'while :; do date +%s%N >> /work/repo/alive; sleep 0.02; done' < /dev/null > /dev/null 2>&1 &
until [ -s /work/repo/alive ]; do sleep 0.02; done`;
const LOOK_FOR_DAEMON = "pgrep -f '[r]epo/alive$|[r]epo/alive;' | while read -r p; do reached $p; done; true";

const DAEMONS: Attack = {
  id: 'T-31',
  attempted: 'leave a daemon for the next phase',
  control: { off: 'one container for both phases' },
  async attempt(rig) {
    const runs = { speckit_specify: DAEMON, speckit_plan: LOOK_FOR_DAEMON } as const;
    if (rig.isLoose) {
      const both = await rig.execute(`${runs.speckit_specify}\n${runs.speckit_plan}`);
      return { hasSucceeded: both.reached.length > 0, evidence: `${both.reached.length} processes go on` };
    }
    const first = await rig.execute(runs.speckit_specify, { command: { phase: 'speckit_specify' } });
    const ticks = async () => (await readFile(`${first.command.workingDirectory}/alive`, 'utf8')).length;
    const before = await ticks();
    const second = await rig.execute(runs.speckit_plan, { command: { runId: first.command.runId } });
    const grown = (await ticks()) - before;
    if (!first.hasRun || !second.hasRun || before === 0) throw new Error('the daemon did not start');
    return {
      hasSucceeded: grown > 0 || second.reached.length > 0,
      evidence: `its marker grew by ${grown} bytes during the next phase, which saw ${second.reached.length} of its processes`,
    };
  },
};

/** What there is to steal, and what is left for others. */
export const SECRETS: readonly Attack[] = [
  KEY_FROM_INSIDE,
  KEY_FROM_HOST,
  READ_TOOL,
  MODEL_ORACLE,
  VARIABLES,
  LEFT_OVERS,
  DAEMONS,
];
