/** What agents find where they execute, in place of what this machine has. */
export interface Surroundings {
  /** Whose programs they call: this machine's, or those of the sandbox's own image, which are found by name. */
  readonly programs: 'host' | 'image';
  /** Address of the gateway that stands for their model and keeps its key; `undefined` where they call the model themselves. */
  readonly gatewayOrigin: string | undefined;
}

/** What agents find that execute on this machine itself. */
export const ON_HOST: Surroundings = { programs: 'host', gatewayOrigin: undefined };
