import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Command } from 'commander';

import { table } from '../src/cli/table.ts';
import { asSection, asText, sectionName } from './format-proof.ts';
import { describeMachine } from './machine.ts';
import { replaceSection } from './page-sections.ts';
import type { Proof } from './proof.ts';
import { PROOFS } from './proofs.ts';

const PAGE = path.resolve(import.meta.dirname, '..', 'docs', 'proof.md');
const BAD_INPUT = 2;

interface Flags {
  readonly list?: true;
  readonly all?: true;
  readonly quick?: true;
  readonly write?: true;
}

const program = new Command('proof')
  .usage('-- <name…> [options]')
  .description('Measure what this project claims. Exits 0 only where every claim holds.')
  .argument('[names...]', 'what to prove')
  .option('--list', 'print the names and what each shows')
  .option('--all', 'prove everything')
  .option('--quick', 'a sample in under a minute each')
  .option('--write', 'keep the results in docs/proof.md (not with --quick)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : BAD_INPUT))
  .action(prove);
await program.parseAsync();

async function prove(names: readonly string[], flags: Flags): Promise<void> {
  if (flags.list) {
    process.stdout.write(
      table(
        ['NAME', 'CLAIM'],
        PROOFS.map(({ name, claim }) => [name, claim]),
      ),
    );
    return;
  }
  if (flags.quick && flags.write) program.error('--write keeps full results only: leave --quick out');
  let areShort = false;
  for (const proof of flags.all ? PROOFS : names.map(find))
    areShort = !(await proveOne(proof, flags)) || areShort;
  if (!flags.all && names.length === 0) program.error(`name what to prove: ${known()}, or --all`);
  if (areShort) process.exitCode = 1;
}

async function proveOne(proof: Proof, flags: Flags): Promise<boolean> {
  const startedMs = performance.now();
  const say = (line: string) => void process.stderr.write(`${proof.name}: ${line}\n`);
  say(proof.claim);
  const result = await proof.run({ isQuick: flags.quick === true, say });
  process.stdout.write(`${asText(result)}\n`);
  const holds = result.shortfalls.length === 0;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${proof.name}: ${holds ? 'holds' : 'FALLS SHORT'} (${seconds} s)\n\n`);
  if (flags.write)
    writeFileSync(
      PAGE,
      replaceSection(
        readFileSync(PAGE, 'utf8'),
        sectionName(proof),
        asSection(proof, result, describeMachine(new Date())),
      ),
    );
  return holds;
}

function find(name: string): Proof {
  return (
    PROOFS.find((proof) => proof.name === name) ??
    program.error(`nothing is called '${name}'; there is: ${known()}`)
  );
}

function known(): string {
  return PROOFS.map(({ name }) => name).join(', ');
}
