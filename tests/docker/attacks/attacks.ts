import type { Attack } from './attack.ts';
import { ESCAPES } from './table/escape.ts';
import { FILES } from './table/files.ts';
import { IMAGES } from './table/images.ts';
import { OUTPUT } from './table/output.ts';
import { POLICY } from './table/policy.ts';
import { RESOURCES } from './table/resources.ts';
import { RUNS } from './table/runs.ts';
import { SECRETS } from './table/secrets.ts';

/** What an agent in a container tries, whole. */
export const ATTACKS: readonly Attack[] = [
  ...SECRETS,
  ...IMAGES,
  ...ESCAPES,
  ...FILES,
  ...POLICY,
  ...RESOURCES,
  ...OUTPUT,
  ...RUNS,
];

/** Threats that other tests try besides, or instead: where. */
export const ELSEWHERE: readonly { readonly id: string; readonly what: string; readonly file: string }[] = [
  { id: 'T-05', what: 'submodules, borrowed objects, links', file: 'tests/contract/git-working-copies.ts' },
  { id: 'T-05', what: 'programs that git would run', file: 'tests/attacks/git-hostile.test.ts' },
  { id: 'T-05', what: 'a git with known holes', file: 'src/git/safe-version.test.ts' },
  { id: 'T-06', what: 'names by chance as arguments of git', file: 'tests/contract/git-slugs.test.ts' },
  { id: 'T-06', what: 'names that look like options', file: 'tests/attacks/git-hostile.test.ts' },
  { id: 'T-07', what: 'transports that run or read something', file: 'tests/attacks/git-hostile.test.ts' },
  { id: 'T-07', what: 'schemes of addresses', file: 'tests/contract/git-urls.test.ts' },
  { id: 'T-08', what: 'addresses that mean another place', file: 'tests/contract/git-urls.test.ts' },
  { id: 'T-08', what: 'redirects and other origins', file: 'tests/contract/git-login.test.ts' },
  { id: 'T-09', what: "Codex's own ways to be told what to do", file: 'tests/agents/codex-config.test.ts' },
  { id: 'T-13', what: 'what the gateway is asked by rule', file: 'src/gateway/model-proxy.test.ts' },
  { id: 'T-14', what: 'each budget', file: 'src/gateway/model-proxy.test.ts' },
  { id: 'T-18', what: 'secrets in requests and documents', file: 'tests/e2e/secrets.test.ts' },
  { id: 'T-18', what: 'secrets in documents, at GitHub', file: 'tests/e2e/publishing-hostile.test.ts' },
  {
    id: 'T-20',
    what: "what an app's token may do, and its end",
    file: 'tests/contract/forge-github.test.ts',
  },
  { id: 'T-20', what: 'a token of GitHub in a whole run', file: 'tests/docker/github-in-docker.test.ts' },
  { id: 'T-29', what: 'every way past the gateway', file: 'tests/docker/egress/egress.test.ts' },
  { id: 'T-30', what: 'every way to confuse the gateway', file: 'tests/docker/egress/egress.test.ts' },
  { id: 'T-30', what: 'names by rule, and by chance', file: 'src/gateway/judge-authority.test.ts' },
  { id: 'T-31', what: 'processes that outlive an agent', file: 'tests/contract/sandbox-left-overs.ts' },
  { id: 'T-34', what: 'what an import refuses', file: 'tests/contract/git-refusals.ts' },
  { id: 'T-40', what: 'every way a CLI may misbehave', file: 'tests/faults/support/misbehaviours.ts' },
  { id: 'T-42', what: 'the rules of the policy one by one', file: 'src/domain/publish-policy.test.ts' },
  { id: 'T-43', what: 'words that steer GitHub', file: 'tests/e2e/publishing-hostile.test.ts' },
];

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `T-${`${from + index}`.padStart(2, '0')}`);

/** The threats a name, an address or a repository is to the git of the host; tried without containers. */
export const GIT_THREATS: readonly string[] = range(5, 8);

/** The threats an agent in a container is; each has to be tried somewhere. */
export const THREATS: readonly string[] = [...range(9, 35), ...range(40, 43)];
