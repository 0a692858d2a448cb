import { openRig, type Rig } from './rig.ts';

/** One thing an agent that means harm tries, and how the host sees whether it got through. */
export interface Attack {
  /** Of the threat list, such as `T-23`. */
  readonly id: string;
  readonly attempted: string;
  /** How the defence is switched off, so that the same attempt has to succeed; or why that cannot be done. */
  readonly control: { readonly off: string } | { readonly none: string };
  /** Why it is known to get through: listed with every result, and not counted as blocked. */
  readonly residual?: string;
  /** Whether it is part of the sample. */
  readonly isQuick?: boolean;
  /** Carry it out; `rig.isLoose` says that the defence is off. @throws when it could not be tried at all */
  readonly attempt: (rig: Rig) => Promise<Seen>;
}

/** What the host saw. */
export interface Seen {
  readonly hasSucceeded: boolean;
  readonly evidence: string;
}

/** An attack, with the defence as the product makes it and without it. */
export interface AttackResult {
  readonly attack: Attack;
  readonly sealed: Seen;
  /** `undefined` where there is none. */
  readonly control: Seen | undefined;
}

/** Try one attack both ways. */
export async function runAttack(attack: Attack): Promise<AttackResult> {
  const sealed = await tryOnce(attack, false);
  return { attack, sealed, control: 'off' in attack.control ? await tryOnce(attack, true) : undefined };
}

/** What is wrong with a result, in words; `undefined` when the defence holds and the control shows that this could be seen. */
export function shortfall({ attack, sealed, control }: AttackResult): string | undefined {
  const name = `${attack.id} ${attack.attempted}`;
  if (sealed.hasSucceeded && attack.residual === undefined)
    return `${name}: it got through (${sealed.evidence})`;
  if (control?.hasSucceeded === false)
    return `${name}: not seen even without the defence (${control.evidence})`;
  return undefined;
}

/** What a run showed. @throws when it came to no end to look at */
export function demand(seen: Seen | undefined): Seen {
  if (seen === undefined) throw new Error('nothing was seen');
  return seen;
}

async function tryOnce(attack: Attack, isLoose: boolean): Promise<Seen> {
  await using rig = await openRig({ isLoose });
  return await attack.attempt(rig);
}
