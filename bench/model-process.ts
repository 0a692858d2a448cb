import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = path.resolve(import.meta.dirname, '../tests/support/model-server-main.ts');

/** The scripted model server in a process of its own, so that it takes no time of what is measured. */
export async function startModelProcess(
  script: string,
): Promise<AsyncDisposable & { readonly baseUrl: string }> {
  const child = spawn(process.execPath, [PROGRAM, script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [baseUrl] = await once(createInterface(child.stdout), 'line');
  return {
    baseUrl: String(baseUrl),
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}
