import Docker from 'dockerode';

import { SOCKET_PATH } from './docker-options.ts';

/** What was seen of containers. */
export interface SeenContainers {
  readonly names: readonly string[];
  /** All the daemon tells of a container, and its log, by name. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Looks at containers until it is stopped. */
export interface ContainerWatch {
  stop(): Promise<SeenContainers>;
}

/** Look at every container of ours while it is there; of what is told several times the last counts. */
export function watchContainers(): ContainerWatch {
  const docker = new Docker({ socketPath: SOCKET_PATH });
  const state = { isOver: false };
  const names = new Set<string>();
  const texts = new Map<string, string>();
  const look = async () => {
    const found = await docker.listContainers({ all: true, filters: { label: ['spec-automation.run'] } });
    for (const { Id: id, Names: containerNames } of found) {
      const container = docker.getContainer(id);
      const told = await container.inspect().catch(() => undefined);
      const log = await container.logs({ stdout: true, stderr: true }).catch(() => Buffer.alloc(0));
      const name = containerNames.join();
      // Whoever is gone by now was looked at before.
      if (told !== undefined) texts.set(name, `${JSON.stringify(told)}\n${log.toString('latin1')}`);
      for (const each of containerNames) names.add(each);
    }
  };
  const watch = async () => {
    while (!state.isOver) await look();
  };
  const watching = watch();
  return {
    async stop() {
      state.isOver = true;
      await watching;
      return { names: [...names], texts: Object.fromEntries(texts) };
    },
  };
}
