import { appError } from '../domain/app-error.ts';
import { exec, type ExecResult } from '../lib/exec.ts';
import { loginInput, loginSettings } from './login.ts';
import type { RemoteLogin } from '../domain/remote-login.ts';
import { MINIMUM_GIT } from './safe-version.ts';

/** What the adapter needs to know about the host. */
export interface GitOptions {
  /** Search path for git and its helpers. */
  readonly path: string;
  /** Trusted network settings of the host (CA files, proxies), passed on to git. */
  readonly networkEnv: Readonly<Record<string, string>>;
  /** Where `owner/name` is, such as `https://github.com`: an origin, and perhaps a path, without a slash at the end. */
  readonly forgeUrl: string;
  /** Where what was cloned before is kept, for the next clone to begin with; `undefined`: nowhere. */
  readonly cacheDirectory: string | undefined;
  /** How long a server may be silent, in ms, counted in whole seconds; half a minute when absent. */
  readonly silenceMs?: number;
  /** The time, in ms since 1970; the machine's when absent. */
  readonly nowMs?: () => number;
}

type ProcessOptions = Pick<GitOptions, 'path' | 'networkEnv' | 'silenceMs'>;

/** One git call. */
export interface GitCall {
  readonly args: readonly string[];
  readonly gitDirectory?: string;
  readonly workTree?: string;
  readonly stdin?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** For the one server the call talks to. */
  readonly login?: RemoteLogin | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs git. */
export type RunGit = (call: GitCall) => Promise<ExecResult>;

const DEFAULT_TIMEOUT_MS = 60_000;
const SILENCE_MS = 30_000;
/** No such folder: git then finds no user configuration and no repository but the one it is given. */
export const NOWHERE = '/nonexistent';

/**
 * Settings of every call. They close the ways in which a repository's content or configuration makes git run a program
 * or leave the repository (reliability-security.md R2; CVE-2022-24765, CVE-2024-32002 and their kin).
 */
const HARDENING = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.symlinks=true',
  'core.quotePath=false',
  'core.autocrlf=false',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'credential.helper=',
  'protocol.ext.allow=never',
  'http.followRedirects=false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'diff.external=',
  'commit.gpgSign=false',
  'gc.auto=0',
  'maintenance.auto=false',
  // A checkpoint outlives a power cut: what git writes goes into packs, which it syncs, never into loose objects.
  'core.fsync=committed,reference',
  'fetch.unpackLimit=1',
  'fastimport.unpackLimit=0',
  'advice.detachedHead=false',
  'transfer.fsckObjects=true',
  // Old repositories hold harmless flaws that fsck reports as errors; refusing them would refuse the user's own history.
  'fetch.fsck.zeroPaddedFilemode=warn',
  'fetch.fsck.missingSpaceBeforeDate=warn',
  'fetch.fsck.badTimezone=warn',
  'fetch.fsck.missingEmail=warn',
].flatMap((setting) => ['-c', setting]);

/** Environment of every call: nothing of ours but the search path and the network settings. */
function gitEnv(options: ProcessOptions): Record<string, string> {
  return {
    ...options.networkEnv,
    PATH: options.path,
    HOME: NOWHERE,
    XDG_CONFIG_HOME: NOWHERE,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TEMPLATE_DIR: '',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_ALLOW_PROTOCOL: 'file:https:http',
    GIT_PROTOCOL_FROM_USER: '0',
  };
}

/** Build the function every verb calls git through. */
export function gitRunner(options: ProcessOptions): RunGit {
  const patience = silenceSettings(options.silenceMs ?? SILENCE_MS);
  return async (call) => {
    const settings = [
      ...HARDENING,
      ...patience,
      ...(call.login === undefined ? [] : loginSettings(call.login)),
    ];
    const result = await exec(['git', ...settings, ...placeArgs(call), ...call.args], {
      env: { ...gitEnv(options), ...call.env },
      timeoutMs: call.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      ...(call.workTree === undefined ? {} : { cwd: call.workTree }),
      ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
      ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
      ...(call.login === undefined ? {} : { descriptor3: loginInput(call.login) }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
    if (result.ending === 'not_started') {
      throw appError('git_unavailable', { problem: tellingLine(result.stderr), minimum: MINIMUM_GIT });
    }
    return result;
  };
}

/** A server that sends nothing any more is given up long before the time for a whole transfer is over. */
function silenceSettings(silenceMs: number): readonly string[] {
  const seconds = Math.ceil(silenceMs / 1000);
  return ['-c', 'http.lowSpeedLimit=1', '-c', `http.lowSpeedTime=${seconds}`];
}

/** Run git and expect success. @throws `internal` naming the verb and git's last words. */
export async function gitOutput(run: RunGit, call: GitCall): Promise<Buffer> {
  const result = await gitOutputUpTo(run, call);
  if (!result.isTruncated) return result.stdout;
  throw appError('internal', { problem: `git ${call.args[0]} printed more than expected` });
}

/** Run git and expect success, or as much output as the call allows. @throws `internal` */
export async function gitOutputUpTo(run: RunGit, call: GitCall): Promise<ExecResult> {
  const result = await run(call);
  if (result.exitCode === 0 || result.isTruncated) return result;
  call.signal?.throwIfAborted();
  const problem = `git ${call.args[0]} ended with ${result.exitCode ?? result.ending}: ${tellingLine(result.stderr)}`;
  throw appError('internal', { problem });
}

/** What git adds to any failure: it is told only when git said nothing else. */
const GENERAL_WORDS =
  /^(error: failed to push some refs|fatal: (could not read from remote|the remote end hung up))/iu;

const TELLING = /^(fatal|error|remote|!)/u;

/**
 * Git's most telling line, as part of a sentence: the last one that matches, else the last `fatal:`, `error:` or remote line that
 * is not said of every failure, else the last line.
 */
export function tellingLine(stderr: string, match = TELLING): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const particular = lines.filter((line) => !GENERAL_WORDS.test(line));
  const line =
    particular.findLast((each) => match.test(each)) ??
    particular.findLast((each) => TELLING.test(each)) ??
    lines.findLast((each) => /^(fatal|error)/u.test(each)) ??
    lines.at(-1);
  return line?.replace(/^(?:(?:remote|fatal|error):\s+|[!-]\s+)+/u, '').replace(/\.+$/u, '') ?? 'no message';
}

function placeArgs(call: GitCall): readonly string[] {
  return [
    ...(call.gitDirectory === undefined ? [] : [`--git-dir=${call.gitDirectory}`]),
    ...(call.workTree === undefined ? [] : [`--work-tree=${call.workTree}`]),
  ];
}
