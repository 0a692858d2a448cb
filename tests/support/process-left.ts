import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Processes that mention a token in their arguments, environment or directory, as `pid: arguments`. Independent of the code
 * under test: it also sees daemons that dropped everything but one of the three, and guards.
 */
export async function processesMentioning(token: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(pids.map((pid) => describe(pid)));
  return found.flatMap(({ pid, argv, text }) => (text.includes(token) ? [`${pid}: ${argv}`] : []));
}

/** The number in front of a description. */
export function pidOf(description: string): number {
  return Number(description.split(':', 1)[0]);
}

async function describe(pid: string) {
  const [argv, environment, directory] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''),
    readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ]);
  return { pid, argv: argv.replaceAll('\0', ' ').trim(), text: `${argv}\n${environment}\n${directory}` };
}
