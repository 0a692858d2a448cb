/**
 * `node tests/support/model-server-main.ts [<script>]`: a scripted model server, for shell scripts. Prints its base URL as one line
 * and serves until it is stopped. Scripts are the names of `MODEL_SCRIPTS`, or `slow:<milliseconds>`.
 */
import { scriptNamed, startModelServer } from './model-server.ts';

const server = await startModelServer({ script: scriptNamed(process.argv[2] ?? 'writes the documents') });
console.log(server.baseUrl);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
