import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';

import { containerSpec, type ContainerPlan } from '../../../../src/sandbox/docker/container-spec.ts';
import { dockerSandbox } from '../../../../src/sandbox/docker/docker-sandbox.ts';
import {
  securityTier,
  type DaemonFacts,
  type SecurityTier,
} from '../../../../src/sandbox/docker/security-tier.ts';
import type { SandboxCommand } from '../../../../src/sandbox/port.ts';
import { DOCKER_OPTIONS } from '../../../support/docker-options.ts';
import { containerName } from '../../../../src/sandbox/docker/container-names.ts';
import type { Attack } from '../attack.ts';
import { docker, type Rig, type Spec } from '../rig.ts';

const PLAN: ContainerPlan = {
  name: 'name',
  imageId: 'sha256:0',
  runtime: undefined,
  user: '65532:65532',
  labels: {},
  stdinFile: '/state/stdin',
  gatewayDirectory: undefined,
  limits: DOCKER_OPTIONS.limits,
  limitS: 60,
  graceS: 2,
};
/** What of a specification may follow from the command: arguments, variables, and where mounts come from. */
const FREE = ['Cmd', 'Env'] as const;
const OWN_TARGETS = new Set(['/work/repo', '/home/agent', '/run/spec-automation/stdin']);

/** Everything a command could say that would be worth saying, besides what it is made of. */
const hostileCommand = fc.record({
  runId: fc.uuid(),
  phase: fc.constantFrom('speckit_specify' as const, 'speckit_plan' as const, 'speckit_tasks' as const),
  attempt: fc.integer({ min: 1, max: 99 }),
  argv: fc.tuple(
    fc.string({ minLength: 1 }),
    fc.constantFrom('--privileged', '-v=/:/host', '; reboot', '$(id)'),
  ),
  env: fc.dictionary(
    fc.constantFrom(
      'LD_PRELOAD',
      'NODE_OPTIONS',
      'PATH',
      'HOME',
      'DOCKER_HOST',
      'GIT_DIR',
      'HTTPS_PROXY',
      'X',
    ),
    fc.string(),
  ),
  stdin: fc.string(),
  homeFiles: fc.dictionary(fc.string(), fc.string()),
  readPaths: fc.constant([]),
  needsNetwork: fc.boolean(),
  deadlineMs: fc.nat(),
  extra: fc.record({
    HostConfig: fc.constant({ Privileged: true, Binds: ['/:/host'], NetworkMode: 'host', PidMode: 'host' }),
    Privileged: fc.boolean(),
    User: fc.constant('0:0'),
    Image: fc.string(),
    WorkingDir: fc.constant('/'),
  }),
});

/** What a specification has of its own, without what may differ. */
function frozen(spec: Spec): unknown {
  const rest = Object.fromEntries(
    Object.entries(spec).filter(([name]) => !FREE.some((free) => free === name)),
  );
  const mounts = (spec.HostConfig?.Mounts ?? []).map(({ Source: _source, ...mount }) => mount);
  return { ...rest, HostConfig: { ...spec.HostConfig, Mounts: mounts } };
}

/** The keys for which a variable of the agent won over the sandbox's own. */
function overridden(spec: Spec): readonly string[] {
  const [golden, given] = [GOLDEN, spec].map(({ Env: env = [] }) => new Map(env.map(nameAndValue)));
  return [...golden!].flatMap(([name, value]) => (given!.get(name) === value ? [] : [name]));
}

function nameAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A command, with more in it than its type says: as if somebody had passed on whatever came in. */
function toCommand(drawn: Partial<SandboxCommand> & { readonly extra?: object }): SandboxCommand {
  const { signal } = new AbortController();
  const { extra, ...rest } = drawn;
  const command: SandboxCommand = {
    runId: 'run',
    phase: 'speckit_plan',
    attempt: 1,
    argv: ['x'],
    env: {},
    stdin: '',
    homeFiles: {},
    readPaths: [],
    needsNetwork: false,
    model: undefined,
    workingDirectory: '/ws/repo',
    homeDirectory: '/ws/home',
    stateDirectory: '/state',
    deadlineMs: 1,
    signal,
    release: signal,
    ...rest,
  };
  return Object.assign(command, extra);
}

const GOLDEN = containerSpec(toCommand({}), PLAN);

const FROZEN_SPEC: Attack = {
  id: 'T-22',
  attempted: 'make the launcher add powers, mounts or namespaces: 2,000 commands',
  control: { off: 'a launcher that passes on whatever it is told' },
  isQuick: true,
  attempt(rig) {
    const make = (command: SandboxCommand): Spec => {
      const spec = containerSpec(command, PLAN);
      return rig.isLoose ? { ...spec, ...command } : spec;
    };
    const check = fc.check(
      fc.property(hostileCommand, (drawn) => {
        const spec = make(toCommand(drawn));
        const targets = (spec.HostConfig?.Mounts ?? []).map(({ Target: target }) => target);
        return (
          isDeepStrictEqual(frozen(spec), frozen(GOLDEN)) &&
          targets.every((target) => OWN_TARGETS.has(target)) &&
          overridden(spec).length === 0
        );
      }),
      { numRuns: 2_000 },
    );
    const evidence = check.failed
      ? 'a specification differs from the golden one'
      : `${check.numRuns} equal but for ${FREE.join(', ')} and the sources of mounts`;
    return Promise.resolve({ hasSucceeded: check.failed, evidence });
  },
};

const GOOD_DAEMON: DaemonFacts = {
  dockerVersion: '29.0.0',
  runcVersion: '1.3.3',
  securityOptions: ['name=seccomp,profile=builtin', 'name=userns'],
  hasMemoryLimit: true,
  hasPidsLimit: true,
  runtime: 'runc',
  isImageByDigest: true,
};
/** One thing that is not as it should be, and the tier it may have at most. */
const WEAK_DAEMONS: readonly (readonly [Partial<DaemonFacts>, SecurityTier])[] = [
  [{ dockerVersion: '19.3.0' }, 'reduced'],
  [{ runcVersion: undefined }, 'reduced'],
  [{ runcVersion: '1.1.5+ds1' }, 'reduced'],
  [{ runcVersion: '1.1.12' }, 'reduced'],
  [{ runcVersion: '1.2.7' }, 'reduced'],
  [{ runcVersion: '1.3.2' }, 'reduced'],
  [{ runcVersion: 'unknown' }, 'reduced'],
  [{ securityOptions: ['name=userns'] }, 'reduced'],
  [{ hasMemoryLimit: false }, 'reduced'],
  [{ hasPidsLimit: false }, 'reduced'],
  [{ securityOptions: ['name=seccomp'] }, 'standard'],
  [{ isImageByDigest: false }, 'standard'],
  [{ dockerVersion: '24.0.9' }, 'standard'],
];

const WEAK_RUNTIME: Attack = {
  id: 'T-32',
  attempted: 'run where containers are known to be left, unnoticed',
  control: { off: 'a daemon that has all of it counts as strict' },
  isQuick: true,
  attempt(rig) {
    const wrong = WEAK_DAEMONS.filter(([weakness, tier]) => {
      const facts = rig.isLoose ? GOOD_DAEMON : { ...GOOD_DAEMON, ...weakness };
      return securityTier(facts).tier !== tier;
    });
    return Promise.resolve({
      hasSucceeded: wrong.length > 0,
      evidence: `${WEAK_DAEMONS.length - wrong.length} of ${WEAK_DAEMONS.length} weaknesses lower the tier`,
    });
  },
};

const SWAPPED_IMAGE: Attack = {
  id: 'T-33',
  attempted: 'put another image in the place of the one a run uses',
  control: { off: 'a run that begins after it' },
  async attempt(rig) {
    const name = `spec-automation/attack:${rig.nonce}`;
    const [repo, tag] = ['spec-automation/attack', rig.nonce];
    const options = { image: name };
    await docker.getImage(DOCKER_OPTIONS.image).tag({ repo, tag });
    const before = await docker.getImage(name).inspect();
    try {
      const first = await rig.execute('true', { options });
      await swap(rig, first.command);
      const runId = rig.isLoose ? {} : { runId: first.command.runId };
      const second = await rig.execute('true', { options, command: { attempt: 2, ...runId } });
      const { Image: used } = await docker.getContainer(containerName(second.command)).inspect();
      return {
        hasSucceeded: used !== before.Id,
        evidence: used === before.Id ? 'the image of the first phase is used' : 'the new image is used',
      };
    } finally {
      const { Id: id } = await docker.getImage(name).inspect();
      await docker.getImage(name).remove({ force: true });
      if (id !== before.Id)
        await docker
          .getImage(id)
          .remove({ force: true })
          .catch(() => undefined);
    }
  },
};

/** What a container became gets the name. */
async function swap(rig: Rig, command: SandboxCommand): Promise<void> {
  const container = docker.getContainer(containerName(command));
  await container.commit({ repo: 'spec-automation/attack', tag: rig.nonce, comment: 'swapped' });
}

const TAGGED_IMAGE: Attack = {
  id: 'T-33',
  attempted: 'use an image by tag in production',
  control: { off: 'the development profile' },
  isQuick: true,
  async attempt(rig) {
    const sandbox = dockerSandbox({ ...DOCKER_OPTIONS, isStrict: !rig.isLoose });
    const told = await sandbox.preflight().then(
      () => 'ready',
      (thrown: unknown) => String(thrown),
    );
    return { hasSucceeded: told === 'ready', evidence: told.slice(0, 100) };
  },
};

/** What containers are made of. */
export const IMAGES: readonly Attack[] = [FROZEN_SPEC, WEAK_RUNTIME, SWAPPED_IMAGE, TAGGED_IMAGE];
