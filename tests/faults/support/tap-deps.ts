import type { Deps } from '../../../src/engine/deps.ts';
import type { SandboxObserver } from '../../../src/sandbox/port.ts';

/** A moment in the life of a run: just before or after a call of a port, or within one. */
export interface Moment {
  /** `<phase> <port>.<method> <detail>`. */
  readonly call: string;
  readonly when: 'before' | 'in' | 'after';
}

export type OnMoment = (moment: Moment) => void;

/** The calls through which anything outside the process changes. */
const SIDE_EFFECTS = {
  store: [
    'createRun',
    'claimRun',
    'updateRun',
    'finishRun',
    'reserveFeatureNumber',
    'savePhase',
    'appendEvent',
    'saveArtifact',
    'saveAgentConfig',
  ],
  queue: ['ring'],
  git: ['fetchBase', 'layWorkingCopy', 'importTree', 'pushBranch'],
  artifacts: ['put'],
  workspaces: ['allocate', 'clear', 'publish', 'release'],
  sandbox: ['execute', 'reap'],
  forge: ['connect', 'ensureDraftPr'],
} as const;

/** Calls that take long enough to be killed within. */
const LONG = new Set(['fetchBase', 'layWorkingCopy', 'importTree', 'pushBranch', 'release', 'finishRun']);

/** Tell `onMoment` before and after every side effect of an engine. The product knows nothing of it. */
export function tapDeps(deps: Deps, onMoment: OnMoment): Deps {
  const state = { phase: 'submit' };
  const tap = <Port extends object>(name: keyof typeof SIDE_EFFECTS, port: Port): Port =>
    new Proxy(port, {
      get(target, method, receiver) {
        const original: unknown = Reflect.get(target, method, receiver);
        const isEffect = SIDE_EFFECTS[name].some((each) => each === method);
        if (!isEffect || typeof original !== 'function') return original;
        return async (...args: readonly unknown[]) => {
          const detail = detailOf(name, String(method), args);
          if (method === 'savePhase') state.phase = phaseOf(args) ?? state.phase;
          const call = `${state.phase} ${name}.${String(method)}${detail === '' ? '' : ` ${detail}`}`;
          onMoment({ call, when: 'before' });
          const within = LONG.has(String(method))
            ? setImmediate(() => onMoment({ call, when: 'in' }))
            : undefined;
          const result: unknown = await original.apply(target, tapArguments(args, { call, onMoment }));
          clearImmediate(within);
          onMoment({ call, when: 'after' });
          // What a forge does, it does over a connection.
          return method === 'connect' && isObject(result) ? tap(name, result) : result;
        };
      },
    });
  return {
    ...deps,
    store: tap('store', deps.store),
    queue: tap('queue', deps.queue),
    git: tap('git', deps.git),
    artifacts: tap('artifacts', deps.artifacts),
    workspaces: tap('workspaces', deps.workspaces),
    sandboxes: new Map([...deps.sandboxes].map(([name, sandbox]) => [name, tap('sandbox', sandbox)])),
    forges: deps.forges.map((forge) => tap('forge', forge)),
  };
}

/** What an agent says is a moment within its execution. */
function tapArguments(
  args: readonly unknown[],
  { call, onMoment }: { readonly call: string; readonly onMoment: OnMoment },
): readonly unknown[] {
  const [command, observer] = args;
  if (!isObserver(observer)) return args;
  const seen = { lines: 0 };
  const onLine: SandboxObserver['onLine'] = (stream, line) => {
    observer.onLine(stream, line);
    seen.lines += 1;
    onMoment({ call: `${call} line ${seen.lines}`, when: 'in' });
  };
  return [command, { onLine }];
}

function isObserver(value: unknown): value is SandboxObserver {
  return typeof value === 'object' && value !== null && 'onLine' in value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function phaseOf(args: readonly unknown[]): string | undefined {
  const change = args[1];
  return typeof change === 'object' && change !== null && 'phase' in change
    ? String(change.phase)
    : undefined;
}

function detailOf(name: string, method: string, args: readonly unknown[]): string {
  const second = args[1];
  if (typeof second === 'string' && method === 'publish') return second;
  if (typeof second !== 'object' || second === null) return '';
  if (name === 'store' && method === 'saveArtifact' && 'name' in second) return String(second.name);
  if (method === 'savePhase' && 'status' in second) return String(second.status);
  return '';
}
