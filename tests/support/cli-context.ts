import type { CliContext } from '../../src/cli/cli-context.ts';
import { openDoor } from '../../src/cli/output.ts';
import type { SpecAutomation } from '../../src/spec-automation.ts';

/** A command line without a process around it: what it says is kept, and the app it opens is given and stays open. */
export function fakeCliContext(app: SpecAutomation) {
  const said = { stdout: '', stderr: '' };
  const keepIn = (name: keyof typeof said) => ({
    write: (content: string | Uint8Array) => void (said[name] += Buffer.from(content).toString('utf8')),
    closed: new AbortController().signal,
    isTerminal: false,
  });
  const context: CliContext = {
    workingDirectory: '/',
    ...openDoor(keepIn('stdout'), keepIn('stderr')),
    progress: { stream: process.stderr, isTerminal: false },
    readStdin: () => Promise.resolve(Buffer.alloc(0)),
    settings: () => {
      throw new Error('no command under test reads settings');
    },
    open: () => Promise.resolve({ ...app, [Symbol.asyncDispose]: () => Promise.resolve() }),
    interceptInterrupt: () => () => undefined,
  };
  return { context, said };
}
