import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { readUsage } from './read-usage.ts';

const DAY = '.codex/sessions/2026/11/21';
const counted = (input: number, output: number) =>
  `{"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":${input},"cached_input_tokens":0,"output_tokens":${output}},"last_token_usage":{"input_tokens":1}}}}\n`;
const answered = (input: number, output: number) =>
  `{"type":"token_usage_record","payload":{"usage":{"input_tokens":1},"thread_token_usage":{"input_tokens":${input},"cached_input_tokens":0,"output_tokens":${output}}}}\n`;
const usage = (inputTokens: number, outputTokens: number) => ({ inputTokens, outputTokens, costUsd: null });

async function home(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'codex-home-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.join(directory, path.dirname(name)), { recursive: true });
    await writeFile(path.join(directory, name), content);
  }
  return directory;
}

it('is what the newest thread had used at its last answer', async () => {
  const place = await home({
    [`${DAY}/rollout-2026-11-21T04-00-00-a.jsonl`]: counted(9, 9),
    [`${DAY}/rollout-2026-11-21T05-00-00-b.jsonl`]: `{"type":"session_meta"}\n${answered(1000, 50)}${counted(1000, 50)}${answered(2100, 99)}{"type":"response_item","payload":{"text":"token_usage`,
    '.codex/sessions/2026/10/30/rollout-2026-10-30T05-00-00-c.jsonl': counted(8, 8),
  });
  expect(await readUsage(place, undefined)).toEqual(usage(2100, 99));
  expect((await readUsage(place, 'gpt-5.5'))?.costUsd).toBeCloseTo((2100 * 5 + 99 * 30) / 1_000_000, 10);
});

it.each<readonly [what: string, files: Readonly<Record<string, string>>]>([
  ['there is nothing', {}],
  ['a file stands where a folder should', { '.codex': 'x' }],
  ['no day has a thread', { [`${DAY}/notes.jsonl`]: counted(1, 1) }],
  ['no answer came', { [`${DAY}/rollout-a.jsonl`]: '{"type":"session_meta"}\n' }],
  ['there is only garbage', { [`${DAY}/rollout-a.jsonl`]: 'token_usage\n{"token_usage":1}\n' }],
])('is unknown when %s', async (_what, files) => {
  expect(await readUsage(await home(files), undefined)).toBeNull();
});

it('follows no link, of a folder or of a file', async () => {
  const other = await home({ [`${DAY}/rollout-a.jsonl`]: counted(1, 1) });
  const linkedFolder = await home({});
  await symlink(path.join(other, '.codex'), path.join(linkedFolder, '.codex'));
  const linkedFile = await home({ [`${DAY}/keep`]: '' });
  await symlink(path.join(other, DAY, 'rollout-a.jsonl'), path.join(linkedFile, DAY, 'rollout-z.jsonl'));
  expect(await readUsage(linkedFolder, undefined)).toBeNull();
  expect(await readUsage(linkedFile, undefined)).toBeNull();
});

it('reads the end of a file of any size', async () => {
  const filler = `{"type":"response_item","payload":"${'x'.repeat(1024)}"}\n`.repeat(12_000);
  const place = await home({ [`${DAY}/rollout-a.jsonl`]: `${counted(1, 1)}${filler}${counted(7, 3)}` });
  expect(await readUsage(place, undefined)).toEqual(usage(7, 3));
});
