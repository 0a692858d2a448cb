import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import type { Script } from '../scripted-agent.ts';

const script: Script = JSON.parse(await text(process.stdin));
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);

if (script.startLog !== undefined) appendFileSync(script.startLog, 'started\n');
if (script.environmentFile !== undefined) writeFileSync(script.environmentFile, JSON.stringify(process.env));
if (script.lists === true)
  for (const file of readdirSync('.', { recursive: true, encoding: 'utf8' }))
    if (!file.startsWith('.git/')) process.stdout.write(`there: ${file}\n`);
for (const file of script.obeys ?? []) if (existsSync(file)) spawnSync('/bin/sh', [file]);
say({ type: 'progressed', text: script.chats ?? 'working' });
if (script.chats !== undefined) process.stdout.write(`${script.chats}\n`);
while (script.waitFor !== undefined && !existsSync(script.waitFor)) await delay(10);
for (const [file, content] of Object.entries(script.files ?? {})) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
for (const [file, content] of Object.entries(script.encodedFiles ?? {}))
  writeFileSync(file, Buffer.from(content, 'base64'));
for (const [link, target] of Object.entries(script.links ?? {})) {
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync(target, link);
}
for (const file of script.deletes ?? []) rmSync(file, { recursive: true });
for (const line of script.says ?? []) process.stdout.write(`${line}\n`);
if (script.fails !== undefined) say({ type: 'errored', text: script.fails });
say({ type: 'used', usage: { inputTokens: 100, outputTokens: 20, costUsd: null } });
if (script.isFinishing === true) say({ type: 'finished', text: 'done' });
process.exitCode = script.exitCode ?? 0;
