import { isOlder } from '../../lib/is-older.ts';

/** What the daemon and the operator's choices say about how well containers are kept. */
export interface DaemonFacts {
  readonly dockerVersion: string;
  /** Of the program that makes containers; `undefined` when the daemon does not say. */
  readonly runcVersion: string | undefined;
  /** Such as `name=seccomp,profile=default`. */
  readonly securityOptions: readonly string[];
  readonly hasMemoryLimit: boolean;
  readonly hasPidsLimit: boolean;
  /** Runtime agents get, by name. */
  readonly runtime: string;
  readonly isImageByDigest: boolean;
}

/** `strict`: more than a shared kernel stands in the way; `reduced`: something that ought to hold does not, or nobody can tell. */
export type SecurityTier = 'strict' | 'standard' | 'reduced';

/** The tier, and what keeps it from being higher, each with its remedy. */
export interface TierVerdict {
  readonly tier: SecurityTier;
  readonly reasons: readonly string[];
}

interface TierRule {
  /** The highest tier there is without it. */
  readonly without: Exclude<SecurityTier, 'strict'>;
  readonly holds: (facts: DaemonFacts) => boolean;
  readonly reason: string;
}

const OLDEST_DOCKER = '20.10.0';
/** Its own filter of calls no longer lets it through. */
const FIRST_WITHOUT_IO_URING = '25.0.0';
/** First of each line with the fixes of CVE-2024-21626 and of CVE-2025-31133, -52565 and -52881. */
const MENDED_RUNC: readonly (readonly [line: string, version: string])[] = [
  ['1.2', '1.2.8'],
  ['1.3', '1.3.3'],
];
const OWN_KERNEL = /^(?:runsc|kata)/u;

const RULES: readonly TierRule[] = [
  {
    without: 'reduced',
    holds: ({ dockerVersion }) => !isOlder(dockerVersion, OLDEST_DOCKER),
    reason: `Docker is older than ${OLDEST_DOCKER}: update it`,
  },
  {
    without: 'reduced',
    holds: ({ securityOptions }) => securityOptions.some((option) => option.startsWith('name=seccomp')),
    reason: 'no seccomp: use a kernel and a daemon that have it',
  },
  {
    without: 'reduced',
    holds: ({ hasMemoryLimit }) => hasMemoryLimit,
    reason: 'no memory limit: switch on the memory controller of cgroups',
  },
  {
    without: 'reduced',
    holds: ({ hasPidsLimit }) => hasPidsLimit,
    reason: 'no limit of processes: switch on the pids controller of cgroups',
  },
  {
    without: 'reduced',
    holds: ({ runcVersion, runtime }) => OWN_KERNEL.test(runtime) || isMended(runcVersion),
    reason:
      'runc may have known ways out (a distribution may have mended it without a new number): update it',
  },
  {
    without: 'standard',
    holds: ({ securityOptions, runtime }) =>
      OWN_KERNEL.test(runtime) || securityOptions.some((option) => /^name=(?:rootless|userns)/u.test(option)),
    reason:
      'root in a container is root of the host: use rootless Docker, userns-remap, or gVisor (SPEC_AUTOMATION_CONTAINER_RUNTIME=runsc)',
  },
  {
    without: 'standard',
    holds: ({ dockerVersion, runtime }) =>
      OWN_KERNEL.test(runtime) || !isOlder(dockerVersion, FIRST_WITHOUT_IO_URING),
    reason: `Docker is older than ${FIRST_WITHOUT_IO_URING} and lets containers call io_uring: update it`,
  },
  {
    without: 'standard',
    holds: ({ isImageByDigest }) => isImageByDigest,
    reason: 'the job image is named by tag: name it by digest in SPEC_AUTOMATION_JOB_IMAGE',
  },
];

/** Judge a daemon. */
export function securityTier(facts: DaemonFacts): TierVerdict {
  const broken = RULES.filter(({ holds }) => !holds(facts));
  const tier = broken.some(({ without }) => without === 'reduced')
    ? 'reduced'
    : broken.length > 0
      ? 'standard'
      : 'strict';
  return { tier, reasons: broken.map(({ reason }) => reason) };
}

function isMended(version: string | undefined): boolean {
  const plain = /^v?(\d+\.\d+\.\d+)/u.exec(version ?? '')?.[1];
  if (plain === undefined) return false;
  const known = MENDED_RUNC.find(([line]) => plain.startsWith(`${line}.`));
  const [oldestKnown = ['', '']] = MENDED_RUNC;
  return known === undefined ? !isOlder(plain, oldestKnown[1]) : !isOlder(plain, known[1]);
}
