import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Command } from 'commander';

import { describeMachine } from '../proof/machine.ts';
import { markdownTable, markSection, replaceSection } from '../proof/page-sections.ts';
import { table } from '../src/cli/table.ts';
import type { Bench, BenchResult } from './bench.ts';
import { BENCHES } from './benches.ts';

const PAGE = path.resolve(import.meta.dirname, '..', 'docs', 'benchmarks.md');

interface Flags {
  readonly quick?: true;
  readonly write?: true;
}

const program = new Command('bench')
  .usage('-- [names...] [options]')
  .description('Measure what this project costs. Nothing here passes or fails; see npm run proof for that.')
  .argument('[names...]', `of: ${BENCHES.map(({ name }) => name).join(', ')}; all of them when none is named`)
  .option('--quick', 'a few rounds of each, to see that they work')
  .option('--write', 'keep the results in docs/benchmarks.md (not with --quick)')
  .action(measure);
await program.parseAsync();

async function measure(names: readonly string[], flags: Flags): Promise<void> {
  if (flags.write && flags.quick) program.error('--write keeps full results only: leave --quick out');
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) program.error(`nothing is called ${unknown.join(', ')}`);
  for (const bench of BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const say = (line: string) => void process.stderr.write(`${bench.name}: ${line}\n`);
    say(bench.title);
    const result = await bench.run({ isQuick: flags.quick === true, say });
    process.stdout.write(
      `\n${bench.title}\n\n${table(result.header, result.rows)}\n${result.notes.join('\n')}\n`,
    );
    if (flags.write) keep(bench, result);
  }
}

function keep(bench: Bench, result: BenchResult): void {
  const name = `bench:${bench.name}`;
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, replaceSection(page, name, markSection(name, asSection(bench, result))));
}

function asSection({ name, title }: Bench, { header, rows, notes }: BenchResult): string {
  const measured = `\`npm run -s bench -- ${name}\`, ${describeMachine(new Date())}.`;
  return [`## ${title}`, measured, markdownTable(header, rows), notes.join('\n')].join('\n\n');
}
