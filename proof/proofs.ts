import { adoptionProof } from './adoption.ts';
import { attacksProof } from './attacks.ts';
import { conformanceProof } from './conformance.ts';
import { egressProof } from './egress.ts';
import { forgeFaultsProof } from './forge-faults.ts';
import { gitVectorsProof } from './git-vectors.ts';
import { killProof } from './kill.ts';
import { orphansProof } from './orphans.ts';
import { publishCrashProof } from './publish-crash.ts';
import { publishRaceProof } from './publish-race.ts';
import type { Proof } from './proof.ts';
import { redactorProof } from './redactor.ts';
import { sandboxStartProof } from './sandbox-start.ts';

/** Everything this project claims to show, in the order of `--list`. */
export const PROOFS: readonly Proof[] = [
  conformanceProof,
  gitVectorsProof,
  killProof,
  redactorProof,
  attacksProof,
  egressProof,
  adoptionProof,
  orphansProof,
  sandboxStartProof,
  publishCrashProof,
  publishRaceProof,
  forgeFaultsProof,
];
