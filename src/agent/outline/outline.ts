import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Agent, AgentInvocation } from '../port.ts';
import { parseEvent } from './event-lines.ts';
import type { OutlineRequest } from './request.ts';

export interface OutlineOptions {
  /** The Node to run it with. */
  readonly nodePath: string;
  readonly version: string;
  /** What Node reads to run it: see `nodePaths`. */
  readonly readPaths: readonly string[];
}

/**
 * The agent that needs no model: it reads the spec text and the repository and writes Spec Kit's documents by rule.
 * The same text and tree give the same bytes, and it says in every document that it was drafted by rule.
 */
export function outlineAgent(options: OutlineOptions): Agent {
  return {
    name: 'outline',
    description: 'drafts the documents by rule from the spec text and the repository; no model, no network',
    specKitKey: 'generic',
    runsForeignCode: false,
    needsNetwork: false,
    model: undefined,
    variables: () => [],
    checkSettings: () => Promise.resolve(),
    detectVersion: () => Promise.resolve(options.version),
    command: (invocation) => ({
      argv: isOfImage(invocation) ? [IMAGE_PROGRAM] : [options.nodePath, programPath()],
      env: {},
      stdin: JSON.stringify(requestOf(invocation)),
      homeFiles: {},
      readPaths: isOfImage(invocation) ? [] : options.readPaths,
    }),
    parse: parseEvent,
    // It asks no model, and reports that itself.
    readUsage: () => Promise.resolve(null),
  };
}

/** What it is called in a job image. */
const IMAGE_PROGRAM = 'spec-automation-outline';

function isOfImage({ surroundings }: AgentInvocation): boolean {
  return surroundings.programs === 'image';
}

/** The program lies beside this file, as source or compiled. */
function programPath(): string {
  const extension = extname(new URL(import.meta.url).pathname);
  return fileURLToPath(new URL(`./main${extension}`, import.meta.url));
}

function requestOf(invocation: AgentInvocation): OutlineRequest {
  return {
    command: invocation.specKitCommand,
    specText: invocation.specText,
    requestedOn: invocation.requestedOn,
    featureDirectory: invocation.featureDirectory,
    branchName: invocation.branchName,
    clarifications: invocation.clarifications.map(({ question, answer }) => ({ question, answer })),
    notes: invocation.notes,
  };
}
