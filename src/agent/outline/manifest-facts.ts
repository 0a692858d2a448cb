/** A declared dependency. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly isDevelopment: boolean;
}

/** What a manifest declares, in one shape for all ecosystems. */
export interface ManifestFacts {
  readonly name: string;
  readonly description: string;
  /** `Node.js >=20`, `Python >=3.11`. */
  readonly runtimes: readonly string[];
  readonly dependencies: readonly Dependency[];
  /** Named commands, as in package.json. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of the commands an installation puts on the path. */
  readonly commands: readonly string[];
  /** Files a program starts at or a library is imported from. */
  readonly entryPoints: readonly string[];
}
