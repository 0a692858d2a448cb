import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { linesOf, type ExecutionKit, type SandboxBench } from '../support/process-executions.ts';

const CANARY = 'HOST_CANARY';
/** What a sandbox may add to the environment; everything else must have been asked for. */
const OWN_NAMES = /^(PATH|PWD|HOME|TMPDIR|LANG|TERM|NO_COLOR|HOSTNAME|_|SHLVL|OLDPWD|_SPEC_AUTOMATION_\w+)$/u;
const MEGABYTE = 1024 * 1024;

const Surroundings = z.object({
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  files: z.array(z.string()),
  temporary: z.object({ entries: z.array(z.string()), isWritable: z.boolean() }),
});

/** What goes into an agent and what comes out. */
export function streamsContract({ agent, seenAt }: SandboxBench, kit: ExecutionKit): void {
  afterEach(() => {
    delete process.env[CANARY];
  });

  const surroundingsOf = async (change: Parameters<ExecutionKit['start']>[1]) => {
    const execution = await kit.start(agent('print-surroundings.ts'), change);
    const { stdout } = await execution.result;
    return { command: execution.command, found: Surroundings.parse(JSON.parse(stdout)) };
  };

  it('takes all an agent says through the names of its streams', async () => {
    const execution = await kit.start(agent('reopen-streams.sh', '0'));
    const { stdout, stderr } = await execution.result;
    expect([stdout, stderr]).toEqual(['first\nsecond\nthird\n', 'one\ntwo\nthree\n']);
  });

  describe('what an agent gets', () => {
    it('is exactly the environment asked for and what the sandbox sets, nothing of the host', async () => {
      process.env[CANARY] = 'leaked';
      // The third is a name that whoever starts the agent could use as well.
      const asked = { FIRST: '1', SECOND: 'two words\nand a line', PORT: '3' };
      const { found } = await surroundingsOf({ env: asked });
      const { FIRST, SECOND, PORT, ...others } = found.env;
      expect({ FIRST, SECOND, PORT }).toEqual(asked);
      expect(Object.keys(others).filter((name) => !OWN_NAMES.test(name))).toEqual([]);
      expect(JSON.stringify(found)).not.toContain('leaked');
    });

    it('is a HOME and an empty TMPDIR of its own, and the working copy as its directory', async () => {
      const { command, found } = await surroundingsOf({});
      const { work, home, temporary } = seenAt(command);
      expect([found.cwd, found.env['HOME'], found.env['TMPDIR']]).toEqual([work, home, temporary]);
      // What an agent was asked to see may lie there.
      const isShown = (name: string) =>
        command.readPaths.some((place) => place.startsWith(`${temporary}/${name}/`));
      expect(found.temporary.entries.filter((name) => !isShown(name))).toEqual([]);
      expect(found.temporary.isWritable).toBe(true);
    });

    it('cannot replace what the sandbox sets', async () => {
      const { command, found } = await surroundingsOf({ env: { HOME: '/elsewhere', TMPDIR: '/elsewhere' } });
      expect(found.env['HOME']).toBe(seenAt(command).home);
      expect(found.env['TMPDIR']).not.toBe('/elsewhere');
    });

    it('holds no open file of the worker', async () => {
      const { found, command } = await surroundingsOf({});
      const paths = found.files.filter((file) => file.startsWith('/') && !/^\/(dev|proc)\//u.test(file));
      // Its own streams may be files.
      expect(paths.filter((file) => !file.startsWith(`${seenAt(command).streams}/`))).toEqual([]);
    });

    it('includes a prompt of a megabyte, whole, and the end of standard input after it', async () => {
      const stdin = `${'é'.repeat(MEGABYTE / 2 - 1)}\n`;
      const execution = await kit.start(agent('echo-stdin.sh'), { stdin });
      const result = await execution.result;
      expect(result).toMatchObject({ ending: 'exited', exitCode: 0, stderr: 'stdin ended\n' });
      expect(result.stdout).toBe(stdin);
    });

    it('includes the end of standard input when there is no prompt', async () => {
      const execution = await kit.start(agent('echo-stdin.sh'));
      expect(await execution.result).toMatchObject({ exitCode: 0, stdout: '', stderr: 'stdin ended\n' });
    });

    it('may be left unread', async () => {
      const execution = await kit.start(agent('ignore-stdin.sh'), { stdin: 'x'.repeat(MEGABYTE) });
      expect(await execution.result).toMatchObject({ ending: 'exited', exitCode: 0, stdout: 'finished\n' });
    });
  });

  describe('what an agent writes', () => {
    it('arrives as complete lines in order, bytes that are not text replaced', async () => {
      const execution = await kit.start(agent('invalid-utf8.sh'));
      const { stdout } = await execution.result;
      expect(linesOf(execution, 'stdout')).toEqual([
        'café',
        'bad \uFFFD\uFFFD bytes',
        'windows',
        '',
        'half \uFFFD',
      ]);
      expect(stdout).toContain('café\nbad');
    });

    it('is passed on whole by lines, and kept with its beginning, its end and the size of the gap', async () => {
      const execution = await kit.start(agent('flood-output.sh', '20'));
      const result = await execution.result;
      const lines = linesOf(execution, 'stdout');
      const numbers = lines.slice(1, -1).map((line) => Number.parseInt(line, 10));
      expect([lines[0], lines.at(-1)]).toEqual(['first line', 'last line']);
      expect(numbers.every((number, index) => number === index + 1)).toBe(true);
      expect(linesOf(execution, 'stderr').at(-1)).toMatch(/trouble/u);
      expect(result.stdout.startsWith('first line\n1 of the flood')).toBe(true);
      expect(result.stdout.endsWith('last line\n')).toBe(true);
      expect(result.stdout).toMatch(/\n\[\.\.\. \d+ characters left out \.\.\.\]\n/u);
      expect(result.stdout.length).toBeLessThan(4 * MEGABYTE);
    });

    it('arrives line by line, however long they are', async () => {
      const lengths = [16_383, 16_384, 16_385, 100_000];
      const script = `for n in ${lengths.join(' ')}; do head -c "$n" /dev/zero | tr '\\0' x; echo; echo next; done`;
      const execution = await kit.start(['/bin/sh', '-c', script]);
      await execution.result;
      expect(linesOf(execution, 'stdout').map((line) => line.length)).toEqual(
        lengths.flatMap((length) => [length, 4]),
      );
    });

    it('is cut when a line does not end', async () => {
      const execution = await kit.start(agent('endless-line.sh'), { deadlineMs: 400 });
      const result = await execution.result;
      // Whichever comes first: the time or what a sandbox keeps.
      expect(['deadline', 'exited']).toContain(result.ending);
      expect(linesOf(execution, 'stdout')).toHaveLength(1);
      expect(result.stdout.length).toBeLessThan(4 * MEGABYTE);
    });

    it('arrives up to its last line when the worker is busy as the agent ends', async () => {
      const seen: string[] = [];
      const blocking = {
        onLine: (_stream: string, line: string) => {
          if (seen.length === 0) blockFor(1200);
          seen.push(line);
        },
      };
      const execution = await kit.start(agent('flood-output.sh', '1'), {}, blocking);
      await execution.result;
      expect(seen).toContain('last line');
    });

    it('comes back with the error of an observer that fails, once the agent is stopped', async () => {
      const failing = {
        onLine: () => {
          throw new Error('the observer is broken');
        },
      };
      const execution = await kit.start(agent('sleep-forever.sh'), {}, failing);
      await expect(execution.result).rejects.toThrow('the observer is broken');
    });
  });
}

/** Keeps this process from doing anything else. */
function blockFor(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}
