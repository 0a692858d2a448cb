#!/usr/bin/env node
import { appError } from '../domain/app-error.ts';
import { isOlder } from '../lib/is-older.ts';
import { MINIMUM_NODE } from '../version.ts';
import { EXIT } from './cli-context.ts';

// Checked before anything else is loaded: an older Node fails to load the rest, with words that help nobody.
if (isOlder(process.versions.node, MINIMUM_NODE)) {
  const { message, remedy } = appError('node_unavailable', {
    version: process.versions.node,
    minimum: MINIMUM_NODE,
  });
  process.stderr.write(`Error (node_unavailable): ${message}\n${remedy}\n`);
  process.exitCode = EXIT.notReady;
} else {
  const { runCli } = await import('./run-cli.ts');
  process.exitCode = await runCli(process.argv.slice(2));
}
