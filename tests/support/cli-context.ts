import type { CliContext } from '../../src/cli/cli-context.ts';
import type { SpecAutomation } from '../../src/spec-automation.ts';

/** A command line without a process around it: what it says is kept, and the app it opens is given and stays open. */
export function fakeCliContext(app: SpecAutomation) {
  const said = { stdout: '', stderr: '' };
  const context: CliContext = {
    workingDirectory: '/',
    print: (text) => void (said.stdout += text),
    printClosed: new AbortController().signal,
    note: (text) => void (said.stderr += text),
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
