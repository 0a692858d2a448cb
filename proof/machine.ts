import { cpus, totalmem, type } from 'node:os';

const GIB = 1024 ** 3;

/** What the figures were taken on and when: date (UTC), cores, memory, system, Node. */
export function describeMachine(now: Date): string {
  const memory = `${Math.round(totalmem() / GIB)} GiB`;
  return `${now.toISOString().slice(0, 10)}, ${cpus().length} cores, ${memory}, ${type()}, Node ${process.version.slice(1)}`;
}
