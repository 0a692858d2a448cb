import type { Attack, Seen } from './attack.ts';
import type { Executed, ExecutionChange, Rig, Spec } from './rig.ts';

/** An attack that is a script in a container. */
interface ScriptedAttack {
  readonly id: string;
  readonly attempted: string;
  /** Bash; it calls `reached <what>` when it got through. */
  readonly script: string;
  /** What is not as usual, with and without the defence. */
  readonly change?: ExecutionChange;
  readonly isQuick?: boolean;
  readonly residual?: string;
}

/** How the defence is switched off. */
export interface Loosening {
  readonly off: string;
  readonly spec?: (spec: Spec) => Spec;
  readonly change?: ExecutionChange;
}

/** The verdict is what the script reached; one that did not come to its end counts for nothing. */
export function inContainer(attack: ScriptedAttack, control: Loosening | { readonly none: string }): Attack {
  return {
    ...about(attack, control),
    async attempt(rig) {
      const executed = await runScript(rig, attack, control);
      if (!executed.hasRun) throw new Error(`it did not come to its end: ${describe(executed)}`);
      const { reached } = executed;
      const evidence =
        reached.length === 0 ? 'ran to its end, reached nothing' : reached.join('; ').slice(0, 120);
      return { hasSucceeded: reached.length > 0, evidence };
    },
  };
}

/** The verdict is how the execution ended: blocked when by this, through when the script came to its end. */
export function stoppedBy(
  attack: ScriptedAttack & {
    readonly isStopped: (executed: Executed) => boolean;
    /** What else has to be so, by the host, for it to count as stopped; words for what is not. */
    readonly alsoHolds?: (rig: Rig, executed: Executed) => Promise<string | undefined>;
  },
  control: Loosening | { readonly none: string },
): Attack {
  return {
    ...about(attack, control),
    async attempt(rig): Promise<Seen> {
      const executed = await runScript(rig, attack, control);
      const trouble = await attack.alsoHolds?.(rig, executed);
      if (executed.hasRun) return { hasSucceeded: true, evidence: 'ran to its end' };
      if (trouble !== undefined && !rig.isLoose) return { hasSucceeded: true, evidence: trouble };
      if (!attack.isStopped(executed)) throw new Error(`ended otherwise: ${describe(executed)}`);
      return { hasSucceeded: false, evidence: describe(executed) };
    },
  };
}

/** How an execution ended, in a few words. */
export function describe({ result, lines }: Executed): string {
  const how = result.signalName ?? `exit ${result.exitCode}`;
  const words =
    result.ending === 'exited' && result.exitCode !== 0 ? `: ${lines.at(-1)?.slice(0, 80) ?? ''}` : '';
  return `${result.ending} (${how})${words}`;
}

function about(
  { id, attempted, isQuick = false, residual }: ScriptedAttack,
  control: Loosening | { readonly none: string },
) {
  const known = residual === undefined ? {} : { residual };
  return { id, attempted, isQuick, ...known, control: 'off' in control ? { off: control.off } : control };
}

async function runScript(
  rig: Rig,
  { script, change = {} }: ScriptedAttack,
  control: Loosening | { readonly none: string },
): Promise<Executed> {
  if (!rig.isLoose || !('off' in control)) return rig.execute(script, change);
  const more = control.change ?? {};
  return rig.execute(script, {
    ...change,
    ...more,
    command: { ...change.command, ...more.command },
    limits: { ...change.limits, ...more.limits },
    loosen: control.spec,
  });
}

/** Change what the daemon is told about the host's side of a container. */
export function host(
  change: (config: NonNullable<Spec['HostConfig']>) => Partial<NonNullable<Spec['HostConfig']>>,
) {
  return (spec: Spec): Spec => ({
    ...spec,
    HostConfig: { ...spec.HostConfig, ...change(spec.HostConfig ?? {}) },
  });
}

/** Root with powers a container has not by itself, no filter of calls and a system that can be written. */
export function asRoot(spec: Spec): Spec {
  const powers = host(() => ({
    ReadonlyRootfs: false,
    CapDrop: [],
    CapAdd: ['SYS_ADMIN', 'SYS_PTRACE', 'NET_ADMIN', 'NET_RAW', 'MKNOD'],
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
  }));
  return { ...powers(spec), User: '0:0' };
}
