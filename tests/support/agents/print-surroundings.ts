import { readdirSync, readlinkSync } from 'node:fs';

/** Prints its environment, its directory and what its open files are, as JSON. */
const files = readdirSync('/proc/self/fd').flatMap((fd) => {
  try {
    return [readlinkSync(`/proc/self/fd/${fd}`)];
  } catch {
    return [];
  }
});
console.log(JSON.stringify({ env: process.env, cwd: process.cwd(), files }));
