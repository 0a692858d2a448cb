import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { Command } from 'commander';

import { describeMachine } from '../proof/machine.ts';
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
  .option('--write', 'keep the results of all of them in docs/benchmarks.md')
  .action(measure);
await program.parseAsync();

async function measure(names: readonly string[], flags: Flags): Promise<void> {
  if (flags.write && (flags.quick || names.length > 0))
    program.error('--write keeps full results of all only');
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) program.error(`nothing is called ${unknown.join(', ')}`);
  const sections: string[] = [];
  for (const bench of BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const say = (line: string) => void process.stderr.write(`${bench.name}: ${line}\n`);
    say(bench.title);
    const result = await bench.run({ isQuick: flags.quick === true, say });
    process.stdout.write(
      `\n${bench.title}\n\n${table(result.header, result.rows)}\n${result.notes.join('\n')}\n`,
    );
    sections.push(asSection(bench, result));
  }
  if (flags.write) writeFileSync(PAGE, pageOf(sections));
}

function pageOf(sections: readonly string[]): string {
  return `# Benchmarks

What things cost, measured by \`npm run bench -- --write\` (${describeMachine(new Date())}). Figures are p50 / p95 and the number of
rounds. A benchmark only measures; what we promise is in [Proof](proof.md).

${sections.join('\n\n')}
`;
}

function asSection({ title }: Bench, { header, rows, notes }: BenchResult): string {
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [`## ${title}`, '', ...lines, '', ...notes].join('\n');
}
