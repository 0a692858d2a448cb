import path from 'node:path';

/** End the script with what is wrong and what to do about it. */
export function fail(problem: string, remedy: string): never {
  console.error(`${path.basename(process.argv[1] ?? '', '.ts')}: ${problem}\n${remedy}`);
  process.exit(1);
}
