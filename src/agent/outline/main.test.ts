import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished } from 'vitest';

import { ON_HOST } from '../../domain/surroundings.ts';
import { outlineAgent } from './outline.ts';

const agent = outlineAgent({ nodePath: process.execPath, version: '9.9.9', readPaths: [] });

async function runAgent(stdin: string) {
  const root = mkdtempSync(path.join(tmpdir(), 'outline-main-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [program, ...args] = agent.command(INVOCATION).argv;
  const child = spawn(program, args, { cwd: root, env: {} });
  child.stdin.end(stdin);
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const [exitCode, stdout] = await Promise.all([closed, text(child.stdout)]);
  return { root, exitCode, events: stdout.split('\n').flatMap((line) => agent.parse(line)) };
}

const INVOCATION = {
  phase: 'speckit_specify',
  specKitCommand: 'specify',
  prompt: 'unused: the outline agent works from the request itself',
  specText: 'Users must be able to renew a loan.',
  requestedOn: '2026-01-05',
  featureDirectory: 'specs/001-renew',
  branchName: 'spec_automation/20260105/00000000',
  clarifications: [],
  notes: null,
  surroundings: ON_HOST,
} as const;

describe('the outline program', () => {
  it('writes the documents of its phase, reports progress, its use of no tokens, and its end', async () => {
    const { root, exitCode, events } = await runAgent(agent.command(INVOCATION).stdin);
    expect(exitCode).toBe(0);
    expect(readFileSync(path.join(root, 'specs/001-renew/spec.md'), 'utf8')).toContain('renew a loan');
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['progressed', 'used', 'finished']),
    );
    expect(events.find((event) => event.type === 'used')).toEqual({
      type: 'used',
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
    });
    expect(events.at(-1)?.type).toBe('finished');
  });

  it('fails with an error event for a request it cannot read', async () => {
    for (const stdin of ['', 'no json', '{"command":"specify"}']) {
      const { exitCode, events } = await runAgent(stdin);
      expect(exitCode).toBe(1);
      expect(events.map(({ type }) => type)).toEqual(['errored']);
    }
  });

  it('fails with an error event when an earlier document is missing', async () => {
    const { events } = await runAgent(
      agent.command({ ...INVOCATION, phase: 'speckit_tasks', specKitCommand: 'tasks' }).stdin,
    );
    expect(events.at(-1)).toMatchObject({
      type: 'errored',
      text: expect.stringContaining('plan.md is missing'),
    });
  });
});

describe('its adapter', () => {
  it('gives no event for lines it does not know', () => {
    expect(
      ['', 'x', '{}', '[]', 'null', '{"type":"other"}', '{"type":"finished"'].flatMap((line) =>
        agent.parse(line),
      ),
    ).toEqual([]);
  });

  it('names itself and its version', async () => {
    expect(agent).toMatchObject({ name: 'outline', specKitKey: 'generic' });
    await expect(agent.detectVersion()).resolves.toBe('9.9.9');
  });
});
