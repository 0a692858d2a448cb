/** Something this project claims, and the measurement that shows it. */
export interface Proof {
  /** As in `npm run -s proof -- <name>`. */
  readonly name: string;
  /** What holds when it passes, in a sentence. */
  readonly claim: string;
  /** Measure, for real. Throws only when it could not be measured at all. */
  run(options: ProofOptions): Promise<ProofResult>;
}

export interface ProofOptions {
  /** A sample in under a minute instead of everything. */
  readonly isQuick: boolean;
  /** Tell who waits how far it is; one line. */
  readonly say: (line: string) => void;
}

/** What was seen. */
export interface ProofResult {
  readonly tables: readonly ProofTable[];
  /** The figures in sentences. */
  readonly figures: readonly string[];
  /** What fell short of the claim; empty when it holds. */
  readonly shortfalls: readonly string[];
}

export interface ProofTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
