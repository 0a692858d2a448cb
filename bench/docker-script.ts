import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import type { Agent, AgentInvocation } from '../src/agent/port.ts';
import { GATEWAY_ORIGIN, INSIDE } from '../src/sandbox/docker/container-spec.ts';
import { gatewayConfig, SOCKET_NAME } from '../src/sandbox/docker/gateway-spec.ts';
import { DOCKER_OPTIONS, SOCKET_PATH } from '../tests/support/docker-options.ts';
import type { ShellScript } from './shell-script.ts';

const USER = '65532:65532';

/** Both containers of the product, by the options of the `docker` command. */
const SEALED = `--read-only --cap-drop ALL --security-opt no-new-privileges:true --init --user ${USER}`;
const AGENT = `${SEALED} --network none --ipc private --pids-limit 512 --memory 2g --memory-swap 2g --cpus 2 --ulimit nofile=4096:4096 --ulimit core=0:0 --tmpfs /tmp:rw,nosuid,nodev,noexec,size=256m,nr_inodes=20000,mode=1777 --hostname job --workdir ${INSIDE.repo} --log-driver local`;
const GATEWAY = `${SEALED} --network host --pids-limit 64 --memory 256m --memory-swap 256m --cpus 1 --log-driver local`;

/** The same containers with the same limits, driven by hand; nothing is kept, checked or adopted. */
const SCRIPT = `set -e
git clone --quiet --branch main -- "$REPOSITORY" repo
mkdir socket records
chown -hR ${USER} repo home socket records
docker run -i --rm --name "gateway-$BRANCH" ${GATEWAY} -v "$PWD/socket:${INSIDE.gateway}" -v "$PWD/records:${INSIDE.records}" \\
  --entrypoint /usr/local/bin/spec-automation-gateway "$IMAGE" < gateway.json > gateway.log 2>&1 &
until [ -S "socket/${SOCKET_NAME}" ]; do sleep 0.01; done
for prompt in "$PROMPTS"/*; do
  docker run --rm ${AGENT} --env-file agent.env -v "$prompt:${INSIDE.stdin}:ro" -v "$PWD/socket:${INSIDE.gateway}:ro" \\
    -v "$PWD/home:${INSIDE.home}" -v "$PWD/repo:${INSIDE.repo}" \\
    --entrypoint /usr/local/bin/spec-automation-job "$IMAGE" 2 960 "$@" > "$(basename "$prompt").jsonl" 2> "$(basename "$prompt").err"
done
docker rm -f "gateway-$BRANCH" > removed.log
chown -hR 0:0 repo
cd repo
git add specs
git -c user.name=Bench -c user.email=bench@example.com commit --quiet -m 'chore(spec-kit): apply specify/plan/tasks'
git push --quiet origin "HEAD:refs/heads/by-hand/$BRANCH"
`;

interface DockerScriptPlan {
  readonly root: string;
  readonly repository: string;
  readonly agent: Agent;
  readonly invocation: AgentInvocation;
  /** One for each phase. */
  readonly prompts: readonly string[];
}

/** Prepare it with the agent's own arguments, environment and files, as it has them behind a gateway. */
export async function dockerScript(plan: DockerScriptPlan): Promise<ShellScript> {
  const { root, repository, agent, prompts } = plan;
  const folder = path.join(root, 'docker-prompts');
  await mkdir(folder);
  for (const [index, prompt] of prompts.entries()) await writeFile(path.join(folder, `${index}.md`), prompt);
  const surroundings = { programs: 'image', gatewayOrigin: GATEWAY_ORIGIN } as const;
  const { argv, env, homeFiles } = agent.command({ ...plan.invocation, surroundings });
  const proxies = ['HTTPS_PROXY', 'HTTP_PROXY'].map((name) => [name, GATEWAY_ORIGIN] as const);
  const variables = { ...env, ...Object.fromEntries(proxies), NO_PROXY: '127.0.0.1', HOME: INSIDE.home };
  const files = {
    'gateway.json': gatewayConfig(DOCKER_OPTIONS.gateway, agent.model),
    'agent.env': Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    ...Object.fromEntries(Object.entries(homeFiles).map(([name, text]) => [`home/${name}`, text])),
  };
  const runs = { count: 0 };
  return {
    async run() {
      runs.count += 1;
      const work = await mkdtemp(path.join(root, 'docker-by-hand-'));
      await chmod(work, 0o755);
      for (const [name, content] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(work, name)), { recursive: true });
        await writeFile(path.join(work, name), content);
      }
      const places = { REPOSITORY: repository, PROMPTS: folder, IMAGE: DOCKER_OPTIONS.image };
      const branch = `docker-${process.pid}-${runs.count}`;
      const host = { DOCKER_HOST: `unix://${SOCKET_PATH}`, HOME: work, PATH: process.env['PATH'] ?? '' };
      const scriptEnv = { ...places, ...host, BRANCH: branch };
      await promisify(execFile)('/bin/sh', ['-c', SCRIPT, 'by-hand', ...argv], { cwd: work, env: scriptEnv });
      await rm(work, { recursive: true });
    },
  };
}
