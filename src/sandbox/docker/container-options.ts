/** What every job container gets, whoever asks for it. */
export interface ContainerLimits {
  /** Memory and swap together; what lies in `/tmp` counts. */
  readonly memoryBytes: number;
  readonly processes: number;
  /** Processors; may be a fraction. */
  readonly cpus: number;
  /** Of working copy and HOME together. */
  readonly workspaceBytes: number;
  readonly workspaceFiles: number;
}

/** What a run may take of its model; `null` is without limit. */
export interface ModelBudget {
  readonly requests: number | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
}

/** How containers are made. Nothing of it comes from a request. */
export interface ContainerOptions {
  /** By digest, or a tag that is there: nothing is pulled. */
  readonly image: string;
  /** Runtime of the daemon, such as `runsc`; `undefined` takes its own choice. */
  readonly runtime: string | undefined;
  /** True refuses an image that is not named by digest, and a daemon that keeps agents less well than most. */
  readonly isStrict: boolean;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** How much later than its deadline an agent ends that nobody watches. */
  readonly unwatchedMs: number;
  readonly limits: ContainerLimits;
  /** Free bytes of the disk below which an agent is stopped. */
  readonly reserveBytes: number;
  readonly gateway: GatewayOptions;
}

/** How the gateway of a run is made. */
export interface GatewayOptions {
  /** Network of Docker it is in; `auto` takes the host's where the model is on this machine, else `bridge`. */
  readonly network: string;
  /** Hosts agents may reach besides their model: names, or `.name` for all below it. */
  readonly egressAllow: readonly string[];
  readonly budget: ModelBudget;
  /** Proxies and certificates of the operator. */
  readonly networkEnv: Readonly<Record<string, string>>;
}
