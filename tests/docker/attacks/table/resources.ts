import { statfs } from 'node:fs/promises';
import type Docker from 'dockerode';

import type { Attack } from '../attack.ts';
import { inContainer, stoppedBy } from '../in-container.ts';
import { docker, type Executed, type ExecutionChange } from '../rig.ts';

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
/** Enough for whatever is written here, so that only the defence in question can stop it. */
const ROOMY = { workspaceBytes: GIBIBYTE, workspaceFiles: 100_000 } as const;

const PROCESSES: Attack = {
  id: 'T-25',
  attempted: 'start more processes than it may',
  control: { off: 'a limit four times as high' },
  isQuick: true,
  async attempt(rig) {
    const seen = { most: 0 };
    const script = `python3 - <<'PYTHON'
import os, time
count = 0
try:
    while count < 150:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        count += 1
except OSError:
    pass
print('paused-' + os.environ['NONCE'], flush=True)
while not os.path.exists('/work/repo/.go'):
    time.sleep(0.05)
PYTHON`;
    const during = async (container: Docker.Container) => void (seen.most = await countProcesses(container));
    await rig.execute(script, { during, limits: { processes: rig.isLoose ? 256 : 64 } });
    return { hasSucceeded: seen.most > 64, evidence: `the host counts ${seen.most} processes, limit 64` };
  },
};

const BOMB: Attack = {
  id: 'T-25',
  attempted: 'a fork bomb that never ends',
  control: {
    none: 'without its limits it would take this machine; the row above shows that the limit is what holds',
  },
  async attempt(rig) {
    const script = 'pause; bomb() { bomb | bomb & }; bomb; while :; do :; done';
    const counts: number[] = [];
    const during = (container: Docker.Container) => {
      void countWhileRunning(container, counts);
      return Promise.resolve();
    };
    const { result, command } = await rig.execute(script, {
      command: { deadlineMs: 4000 },
      limits: { processes: 64, cpus: 0.5 },
      during,
    });
    const left = await docker.listContainers({
      filters: { label: [`spec-automation.run=${command.runId}`] },
    });
    const most = Math.max(...counts);
    return {
      hasSucceeded: result.ending !== 'deadline' || left.length > 0 || !(most <= 64),
      evidence: `${result.ending}, at most ${most} processes, ${left.length} containers run on`,
    };
  },
};

const BUSY: readonly Attack[] = [
  ['work without a word', 'end=$((SECONDS + 4)); while ((SECONDS < end)); do :; done'],
  [
    'work on when asked to stop',
    "trap '' TERM INT HUP; end=$((SECONDS + 4)); while ((SECONDS < end)); do :; done",
  ],
].map(([attempted = '', script = '']) =>
  stoppedBy(
    {
      id: 'T-28',
      attempted,
      script,
      change: { command: { deadlineMs: 1500 } },
      isStopped: ({ result }) => result.ending === 'deadline' && result.durationMs < 15_000,
    },
    { off: 'a later deadline', change: { command: { deadlineMs: 20_000 } } },
  ),
);

const MEMORY: Attack = stoppedBy(
  {
    id: 'T-26',
    attempted: 'take more memory than it may',
    script: `set -e; python3 -c 'held = bytearray(400 * 1024 * 1024)'`,
    change: { limits: { memoryBytes: 192 * MEBIBYTE } },
    isQuick: true,
    isStopped: ({ result }) => result.ending === 'out_of_memory',
  },
  { off: 'a limit four times as high', change: { limits: { memoryBytes: 768 * MEBIBYTE } } },
);

const TEMPORARY: Attack = inContainer(
  {
    id: 'T-26',
    attempted: 'fill the memory of the host through /tmp and /dev/shm',
    script: `
python3 - <<'PYTHON'
import os
for folder, most in (('/tmp', 256), ('/dev/shm', 64)):
    written = 0
    try:
        with open(folder + '/fill', 'wb', buffering=0) as f:
            while written < most + 8:
                written += f.write(b'x' * 2**20) / 2**20
    except OSError:
        pass
    if written > most:
        print('reached-' + os.environ['NONCE'], folder, written)
    os.path.exists(folder + '/fill') and os.remove(folder + '/fill')
made = 0
try:
    while made < 21000:
        open('/tmp/n%d' % made, 'w').close()
        made += 1
except OSError:
    pass
if made > 20000:
    print('reached-' + os.environ['NONCE'], 'files', made)
PYTHON`,
  },
  {
    off: 'a /tmp twice the size',
    spec: (spec) => ({
      ...spec,
      HostConfig: { ...spec.HostConfig, Tmpfs: { '/tmp': 'rw,size=512m,nr_inodes=40000,mode=1777' } },
    }),
  },
);

/** What fills a disk; each then waits for the host to notice. */
const FILLS: readonly (readonly [string, string, NonNullable<ExecutionChange['limits']>])[] = [
  [
    'fill the disk with one file',
    'head -c 96M /dev/zero > fill',
    { workspaceBytes: 32 * MEBIBYTE, workspaceFiles: 100_000 },
  ],
  [
    'fill the disk with many files',
    'for i in $(seq 24); do head -c 4M /dev/zero > "fill$i"; done; sleep 5',
    { workspaceBytes: 32 * MEBIBYTE, workspaceFiles: 100_000 },
  ],
  [
    'fill the disk in HOME',
    'for i in $(seq 24); do head -c 4M /dev/zero > "$HOME/fill$i"; done; sleep 5',
    { workspaceBytes: 32 * MEBIBYTE, workspaceFiles: 100_000 },
  ],
  [
    'use up the files of the disk',
    'mkdir many; cd many; seq 4000 | xargs touch; sleep 5',
    { workspaceBytes: GIBIBYTE, workspaceFiles: 1000 },
  ],
  [
    'fill the disk with objects of git',
    'git init -q . && for i in $(seq 1500); do echo "$i"; done > list && python3 -c \'[open("blob%d" % i, "w").write(str(i)) for i in range(1500)]\' && ls blob* | git hash-object -w --stdin-paths > hashes; sleep 5',
    { workspaceBytes: GIBIBYTE, workspaceFiles: 2000 },
  ],
];

const DISK: readonly Attack[] = FILLS.map(([attempted, script, limits], index) =>
  stoppedBy(
    {
      id: 'T-27',
      attempted,
      script: `set -e\n${script}`,
      change: { limits },
      isQuick: index === 0,
      isStopped: isOverQuota,
      alsoHolds: () => freeSpaceStays(),
    },
    { off: 'a higher quota', change: { limits: ROOMY } },
  ),
);

const SPARSE: Attack = inContainer(
  {
    id: 'T-27',
    attempted: 'make a huge file with nothing in it',
    script: 'truncate -s 512M sparse && reached "$(stat -c %s sparse)"',
    change: { limits: { workspaceBytes: 32 * MEBIBYTE } },
  },
  { off: 'a higher quota', change: { limits: ROOMY } },
);

const RESERVE: Attack = {
  id: 'T-27',
  attempted: 'take what the host keeps for itself',
  control: { off: 'no reserve' },
  async attempt(rig) {
    const { bavail, bsize } = await statfs(rig.root);
    const reserveBytes = rig.isLoose ? 0 : bavail * bsize - 32 * MEBIBYTE;
    const script = 'for i in $(seq 24); do head -c 8M /dev/zero > "fill$i"; done; sleep 1';
    const { result, hasRun } = await rig.execute(script, { options: { reserveBytes } });
    return { hasSucceeded: hasRun, evidence: result.ending };
  },
};

const FLOOD: Attack = stoppedBy(
  {
    id: 'T-27',
    attempted: 'fill the disk with its log: a line without end',
    // One line: it is told once, however long it gets.
    script: `tr '\\0' x < /dev/zero`,
    change: { command: { deadlineMs: 60_000 } },
    isStopped: ({ result }) => result.signalName === 'SIGXFSZ',
  },
  { none: 'the bound of a log is a constant of the product; that logs below it pass whole, T-41 shows' },
);

/** Every way to take more than is given. */
export const RESOURCES: readonly Attack[] = [
  PROCESSES,
  BOMB,
  ...BUSY,
  MEMORY,
  TEMPORARY,
  ...DISK,
  SPARSE,
  RESERVE,
  FLOOD,
];

function isOverQuota({ result }: Executed): boolean {
  return result.ending === 'disk_quota';
}

async function freeSpaceStays(): Promise<string | undefined> {
  const { bavail, bsize } = await statfs('/');
  return bavail * bsize < GIBIBYTE ? 'the disk of the host is full' : undefined;
}

async function countProcesses(container: Docker.Container): Promise<number> {
  const { Processes: processes } = await container.top({ ps_args: '-eo pid' });
  return processes.length;
}

async function countWhileRunning(container: Docker.Container, counts: number[]): Promise<void> {
  for (;;) {
    const count = await countProcesses(container).catch(() => undefined);
    if (count === undefined) return;
    counts.push(count);
  }
}
