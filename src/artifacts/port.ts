/** Bytes of evidence, stored by content. Which run they belong to is the store's business. */
export interface Artifacts {
  /** Make sure evidence could be written now; tells where. @throws `home_not_writable` */
  preflight(): Promise<string>;
  /**
   * Keep the bytes; the same bytes are kept once, and damaged ones are replaced. On return they are on disk for good.
   * @throws `home_not_writable`
   */
  put(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly sizeBytes: number }>;
  /** The bytes, checked against their hash. `undefined` when they are not there or damaged. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** Where a human finds the bytes: a path. Throws for what is not a hash. */
  locate(sha256: string): string;
  /** Remove everything not referenced and older than a grace time (a put may not have its row yet). */
  collectGarbage(options: {
    readonly referenced: ReadonlySet<string>;
    readonly isDryRun: boolean;
  }): Promise<{ readonly files: number; readonly bytes: number }>;
}
