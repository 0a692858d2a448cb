import { realpathSync } from 'node:fs';
import { draftDocuments } from './draft-documents.ts';
import { formatEvent, type EventLine } from './event-lines.ts';
import { OutlineRequest } from './request.ts';
import { describeRepository } from './repository.ts';
import { readDocument, surveyTree } from './survey.ts';
import { collapse, counted } from './words.ts';
import { writeDocuments } from './write-documents.ts';

/** The outline program: a request on standard input, the repository in the working directory, events on standard output. */
async function main(): Promise<void> {
  const request = OutlineRequest.parse(JSON.parse(await readStandardInput()));
  const root = realpathSync(process.cwd());
  const tree = surveyTree(root);
  const cut = tree.isCut ? ', the first of more' : '';
  say({ type: 'progress', text: `surveyed ${counted(tree.files.length, 'file')}${cut}` });
  const documents = draftDocuments(request, {
    repository: describeRepository(tree),
    readDocument: (path) => readDocument(root, path),
  });
  const written = writeDocuments(root, documents);
  for (const path of written) say({ type: 'progress', text: `wrote ${path}` });
  say({ type: 'usage', inputTokens: 0, outputTokens: 0, costUsd: 0 });
  const unchanged = documents.length - written.length;
  const kept = unchanged === 0 ? '' : `, ${counted(unchanged, 'document')} already up to date`;
  say({ type: 'finished', text: `${request.command}: wrote ${counted(written.length, 'document')}${kept}` });
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function say(event: EventLine): void {
  process.stdout.write(formatEvent(event));
}

try {
  await main();
} catch (error) {
  say({ type: 'error', text: collapse(error instanceof Error ? error.message : String(error)) });
  process.exitCode = 1;
}
