import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';

import { SOCKET_PATH } from '../../../support/docker-options.ts';
import type { Attack } from '../attack.ts';
import { asRoot, host, inContainer } from '../in-container.ts';
import type { Spec } from '../rig.ts';

/** Calls of the kernel that lead out of a container, by number on this processor. */
const SYSCALLS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  x64: {
    keyctl: '250, 0, -3, 1',
    bpf: '321, 0, 0, 0',
    userfaultfd: '323, 0',
    io_uring_setup: '425, 1, buffer',
  },
  arm64: {
    keyctl: '219, 0, -3, 1',
    bpf: '280, 0, 0, 0',
    userfaultfd: '282, 0',
    io_uring_setup: '425, 1, buffer',
  },
};

const python = (code: string) => `python3 - <<'PYTHON'\n${code}\nPYTHON`;

/** A call counts as there when the kernel finds fault with its arguments, and not with the caller. */
const callKernel = (name: string, args: string) =>
  python(`
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(256)
answer = libc.syscall(${args})
if answer >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EACCES):
    print('reached-' + os.environ['NONCE'], '${name}', answer, ctypes.get_errno())
`);

const root = { off: 'root, more capabilities, no seccomp', spec: asRoot };

/** What takes more power than an agent has. */
const POWERS: readonly Attack[] = [
  ['mount a file system', 'mount -t tmpfs none /mnt && reached mounted'],
  [
    'make a namespace of its own',
    'unshare -Ur true && reached unshared; unshare -m true && reached unshared',
  ],
  [
    'open a raw socket',
    python(`
import os, socket
socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
print('reached-' + os.environ['NONCE'], 'raw')
`),
  ],
  [
    'make the device of a disk',
    'for d in /tmp /work/repo /dev/shm; do mknod "$d/disk" b 254 0 && reached mknod; done',
  ],
  [
    'change a setting of the kernel',
    'v=$(cat /proc/sys/vm/swappiness); echo "$v" > /proc/sys/vm/swappiness && reached sysctl; mount -o remount,rw /proc/sys && echo "$v" > /proc/sys/vm/swappiness && reached sysctl',
  ],
  [
    'become root by a program',
    'setpriv --reuid=1 --clear-groups true && reached setuid; chroot / true && reached chroot',
  ],
].map(([attempted = '', script = '']) => inContainer({ id: 'T-23', attempted, script }, root));

const CALLS: readonly Attack[] = Object.entries(SYSCALLS[process.arch] ?? {}).map(([name, args]) =>
  inContainer(
    {
      id: 'T-23',
      attempted: `call ${name} of the kernel`,
      script: callKernel(name, args),
      ...(name === 'io_uring_setup'
        ? { residual: 'Docker before 25 allows it in its own filter of calls' }
        : {}),
    },
    root,
  ),
);

const OUTSIDE: Attack = {
  id: 'T-23',
  attempted: 'see, signal or trace a process outside',
  control: { off: "the host's processes, as root" },
  async attempt(rig) {
    const script = `
[ -e "/proc/$OUTSIDE/status" ] && grep -q node "/proc/$OUTSIDE/cmdline" && reached "saw $OUTSIDE"
kill -0 "$OUTSIDE" && reached "signalled $OUTSIDE"
ps -e -o args= | grep -v grep | grep -q dockerd && reached 'saw dockerd'; true`;
    const loosen = rig.isLoose ? (spec: Spec) => host(() => ({ PidMode: 'host' }))(asRoot(spec)) : undefined;
    const { reached, hasRun } = await rig.execute(script, {
      command: { env: { OUTSIDE: String(process.pid) } },
      loosen,
    });
    if (!hasRun) throw new Error('it did not come to its end');
    return { hasSucceeded: reached.length > 0, evidence: reached.join('; ') || 'none seen' };
  },
};

const SETUID: Attack = inContainer(
  {
    id: 'T-23',
    attempted: 'find a program that gives another user or group',
    script:
      'find / -xdev -type f -perm /6000 -print -quit 2> /dev/null | while read -r f; do reached "$f"; done',
  },
  {
    off: 'a setuid file in a root that can be written',
    spec: (spec) => ({
      ...asRoot(spec),
      Cmd: [
        '/bin/bash',
        '-c',
        `cp /bin/true /usr/bin/planted && chmod 6755 /usr/bin/planted\n${spec.Cmd?.[2] ?? ''}`,
      ],
    }),
  },
);

/** What the kernel says of the agent itself, read from outside. */
const STATUS: Attack = {
  id: 'T-23',
  attempted: 'run with powers, without the filter of calls, or as root',
  control: { off: 'root, more capabilities, no seccomp' },
  isQuick: true,
  async attempt(rig) {
    const found: Record<string, string>[] = [];
    const during = async (container: Docker.Container) => void found.push(...(await statusOf(container)));
    await rig.execute('pause', { during, loosen: rig.isLoose ? asRoot : undefined });
    if (found.length === 0) throw new Error('no process of the agent was seen');
    const { CapBnd: bounding, NoNewPrivs: newPrivileges, Seccomp: seccomp, Uid: uid } = found[0] ?? {};
    return {
      hasSucceeded: !found.every(isSealed),
      evidence: `of ${found.length} processes: CapBnd ${bounding}, NoNewPrivs ${newPrivileges}, Seccomp ${seccomp}, uid ${uid?.split('\t')[0]}`,
    };
  },
};

function isSealed(status: Readonly<Record<string, string>>): boolean {
  return (
    /^0+$/u.test(`${status['CapEff']}${status['CapBnd']}${status['CapPrm']}${status['CapAmb']}`) &&
    status['NoNewPrivs'] === '1' &&
    status['Seccomp'] === '2' &&
    !/\b0\b/u.test(`${status['Uid']} ${status['Gid']}`)
  );
}

async function statusOf(container: Docker.Container): Promise<readonly Record<string, string>[]> {
  const { Processes: processes } = await container.top({ ps_args: '-eo pid' });
  const texts = await Promise.all(
    processes.map(([pid]: string[]) => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')),
  );
  return texts
    .filter((text) => text !== '')
    .map((text) =>
      Object.fromEntries([...text.matchAll(/^(\w+):\s*(.*)$/gmu)].map(([, name, value]) => [name, value])),
    );
}

const WRITES: Attack = {
  id: 'T-24',
  attempted: 'write outside its directories',
  control: { off: 'root and a system that can be written' },
  isQuick: true,
  async attempt(rig) {
    let changes: readonly string[] = [];
    const during = async (container: Docker.Container) => {
      const { Mounts: mounts } = await container.inspect();
      const found: readonly { readonly Path: string }[] | null = await container.changes();
      // The places mounts were made at are the daemon's own.
      const isMountPoint = (place: string) =>
        ['/tmp', '/usr/sbin/docker-init', ...mounts.map(({ Destination: to }) => to)].some((to) =>
          `${to}/`.startsWith(`${place}/`),
        );
      changes = (found ?? []).map(({ Path: place }) => place).filter((place) => !isMountPoint(place));
    };
    const script = `
for d in / /*/ /usr/local/bin/ /opt/spec-automation/ /etc/ssl/ /var/tmp/ /run/ /run/spec-automation/ /dev/mqueue/ /work/; do
  case $d in /tmp/|/proc/|/sys/|/dev/) continue ;; esac
  (echo x > "\${d}planted") 2> /dev/null && reached "$d"
done
for f in /etc/hosts /etc/resolv.conf /etc/hostname /etc/passwd /run/spec-automation/stdin; do
  (echo x >> "$f") 2> /dev/null && reached "$f"
done
pause`;
    const { reached, hasRun } = await rig.execute(script, {
      during,
      loosen: rig.isLoose ? asRoot : undefined,
    });
    if (!hasRun) throw new Error('it did not come to its end');
    const written = reached.filter((place) => place !== '/dev/mqueue/');
    return {
      hasSucceeded: written.length > 0 || changes.length > 0,
      evidence:
        written.length > 0
          ? `wrote ${written.slice(0, 4).join(' ')}`
          : `the daemon sees ${changes.length} changes: ${changes.slice(0, 3).join(' ')}`,
    };
  },
};

const RUNS_WRITTEN: Attack = inContainer(
  {
    id: 'T-24',
    attempted: 'run a program it wrote to memory: /tmp, /dev/shm',
    script: 'for d in /tmp /dev/shm; do cp /bin/true "$d/program" && "$d/program" && reached "$d"; done',
  },
  {
    off: 'a /tmp that runs programs',
    spec: host(() => ({ Tmpfs: { '/tmp': 'rw,exec,size=64m,mode=1777' } })),
  },
);

const DAEMON_SOCKETS: Attack = inContainer(
  {
    id: 'T-21',
    attempted: 'talk to the Docker daemon',
    isQuick: true,
    script: `
for s in $(find / -xdev -type s 2> /dev/null) /var/run/docker.sock /run/docker.sock /run/containerd/containerd.sock; do
  curl -s -m 2 --unix-socket "$s" http://daemon/_ping | grep -q OK && reached "$s"
done
for p in 2375 2376; do for h in 127.0.0.1 172.17.0.1 172.18.0.1; do
  (exec 3<> "/dev/tcp/$h/$p") 2> /dev/null && reached "$h:$p"
done; done`,
  },
  {
    off: 'root and the socket mounted',
    spec: (spec) => host(() => ({ Binds: [`${SOCKET_PATH}:/var/run/docker.sock`] }))(asRoot(spec)),
  },
);

const DISKS: Attack = inContainer(
  {
    id: 'T-23',
    attempted: 'read a disk of the host',
    script: `
for d in $(ls /dev); do
  [ -b "/dev/$d" ] && head -c 512 "/dev/$d" > /dev/null 2>&1 && reached "/dev/$d"
done; true`,
  },
  {
    off: 'root and the disk as a device, for reading',
    spec: (spec) => {
      const disk = { PathOnHost: hostDisk(), PathInContainer: '/dev/disk', CgroupPermissions: 'r' };
      return host(() => ({ Devices: [disk] }))(asRoot(spec));
    },
  },
);

const NETWORK: Attack = {
  id: 'T-29',
  attempted: 'find a network besides loopback',
  control: { off: 'the network of the host' },
  isQuick: true,
  async attempt(rig) {
    let devices: readonly string[] = [];
    const during = async (container: Docker.Container) => {
      const { State: state } = await container.inspect();
      const table = await readFile(`/proc/${state.Pid}/net/dev`, 'utf8');
      devices = [...table.matchAll(/^\s*([\w.@-]+):/gmu)].map(([, name = '']) => name);
    };
    const loosen = rig.isLoose ? host(() => ({ NetworkMode: 'host' })) : undefined;
    await rig.execute('pause', { during, loosen });
    if (devices.length === 0) throw new Error('no device was seen');
    return { hasSucceeded: !devices.every(isDown), evidence: `devices: ${devices.join(' ')}` };
  },
};

/** Devices a kernel puts into every network namespace. */
function isDown(name: string): boolean {
  return /^(?:lo|tunl0|sit0|ip6tnl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0)$/u.test(name);
}

function hostDisk(): string {
  const disk = readdirSync('/dev', { withFileTypes: true }).find((entry) => entry.isBlockDevice());
  return `/dev/${disk?.name ?? 'none'}`;
}

/** Every way out of a container that needs more than it has. */
export const ESCAPES: readonly Attack[] = [
  DAEMON_SOCKETS,
  STATUS,
  ...POWERS,
  ...CALLS,
  OUTSIDE,
  SETUID,
  DISKS,
  WRITES,
  RUNS_WRITTEN,
  NETWORK,
];
