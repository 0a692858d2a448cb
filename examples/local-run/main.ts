/**
 * `node examples/local-run/main.ts`: one run from a Node program, on a repository made for it in a temporary directory. Everything
 * stays there until the end, and is removed then.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

// Outside a checkout: from 'spec-kit-automation'.
import { openSpecAutomation, readSettings } from '../../src/index.ts';

const SPEC_TEXT = `Let members export their reading list

As a member, I want to download my reading list as a CSV file, so that I can keep a copy.

- The file must hold title, author and date of each entry.
- A list of up to 5,000 entries must be ready within 3 seconds.
`;

const directory = await mkdtemp(path.join(tmpdir(), 'local-run-'));
try {
  const repository = await makeRepository(path.join(directory, 'repository'));
  await specify(repository, path.join(directory, 'state'));
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** Take the spec text through all phases and say what came of it. */
async function specify(repository: string, home: string): Promise<void> {
  // oxlint-disable-next-line no-restricted-properties -- a program of its own, with its own environment
  const env = { ...process.env, SPEC_AUTOMATION_HOME: home };
  await using app = await openSpecAutomation(readSettings({ env, directory: process.cwd() }));
  const { run_id: runId } = await app.submit({ repository, specText: SPEC_TEXT, agent: 'outline' });
  for await (const event of app.follow(runId)) {
    if (event.type === 'phase_succeeded') say(`${event.phase} done`);
  }
  const run = await app.get(runId);
  say(`${run.status}: ${run.branch_name ?? run.reason_text ?? 'no branch'}`);
  for (const { name, size_bytes: size } of await app.artifacts(runId)) say(`  ${name} (${size} bytes)`);
}

async function makeRepository(at: string): Promise<string> {
  await execa('git', ['init', '--quiet', '--initial-branch=main', at]);
  await writeFile(path.join(at, 'README.md'), '# Reading lists\n\nMembers keep lists of books.\n');
  await execa('git', ['-C', at, 'add', '--all']);
  const identity = ['-c', 'user.name=Example', '-c', 'user.email=example@example.com'];
  await execa('git', ['-C', at, ...identity, 'commit', '--quiet', '--message=Begin']);
  return at;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
