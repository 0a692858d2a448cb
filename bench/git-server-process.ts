import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = path.resolve(import.meta.dirname, '../tests/support/git-server-main.ts');

/** Repositories by smart HTTP. */
export interface GitServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** How many bytes it sent so far. */
  readonly bytesSent: () => Promise<number>;
}

/** Serve the repositories of a folder from a process of its own, so that it takes no time of what is measured; as fast as it can, or by a line of some speed. */
export async function startGitServer(root: string, bytesPerSecond = Infinity): Promise<GitServer> {
  const child = spawn(process.execPath, [PROGRAM, root, `${bytesPerSecond}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const [url] = await once(lines, 'line');
  return {
    url: String(url),
    async bytesSent() {
      const answer = once(lines, 'line');
      child.stdin.write('bytes\n');
      return Number((await answer)[0]);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}
