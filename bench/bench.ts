/** Something measured for the record; it has no pass or fail of its own. */
export interface Bench {
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

export interface BenchOptions {
  /** A few rounds, to see that it works. */
  readonly isQuick: boolean;
  readonly say: (line: string) => void;
}

export interface BenchResult {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the figures mean, and what they leave out. */
  readonly notes: readonly string[];
}
