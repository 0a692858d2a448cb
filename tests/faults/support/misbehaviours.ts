import path from 'node:path';

import type { Agent } from '../../../src/agent/port.ts';
import { goodDocument } from '../../support/scripted-agent.ts';

/** What a misbehaving CLI does, and how a run with it has to end. */
export interface Misbehaviour {
  /** A case of `misbehave.sh`. */
  readonly name: string;
  /** `status` or `status/reason`. */
  readonly expected: string;
  /** How long after the end to look for what it left: longer than its daemon waits before it writes. */
  readonly lateMs: number;
}

const behaviour = (name: string, expected: string, lateMs = 0): Misbehaviour => ({ name, expected, lateMs });

/** The completion contract, case by case: files decide, never the agent's word or exit code. */
export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  behaviour('behaves', 'succeeded'),
  behaviour('hangs_silently', 'failed/stalled'),
  behaviour('hangs_after_the_end', 'succeeded'),
  behaviour('exits_0_with_nothing', 'failed/agent_failed'),
  behaviour('exits_1_after_good_output', 'succeeded'),
  behaviour('dies_by_a_signal', 'failed/agent_failed'),
  behaviour('floods', 'succeeded'),
  behaviour('floods_without_end', 'failed/output_limit'),
  behaviour('talks_without_end', 'failed/timeout'),
  behaviour('one_endless_line', 'failed/output_limit'),
  behaviour('garbage_then_good', 'succeeded'),
  behaviour('garbage_only', 'failed/agent_failed'),
  behaviour('half_a_line', 'failed/agent_failed'),
  behaviour('forks_a_daemon', 'succeeded', 1_200),
  behaviour('daemon_holds_its_output', 'succeeded'),
  behaviour('ignores_sigterm', 'failed/stalled'),
  behaviour('waits_on_stdin', 'failed/stalled'),
  behaviour('asks_a_question', 'no_changes/no_diff'),
  behaviour('writes_elsewhere', 'succeeded'),
  behaviour('plants_a_link', 'failed/policy_refused'),
  behaviour('plants_a_link_for_the_document', 'failed/policy_refused'),
  behaviour('plants_hooks', 'succeeded'),
  behaviour('plants_a_repository', 'failed/policy_refused'),
  behaviour('removes_its_repository', 'succeeded'),
  behaviour('forges_our_files', 'no_changes/no_diff'),
  behaviour('forges_our_events', 'failed/agent_failed'),
];

/** How an adapter's CLI says that it is at work, and that it is done. */
export interface Voice {
  readonly progress: string;
  readonly finished: string;
}

/** The CLI of each adapter that there is, by the adapter's name. */
export const VOICES: Readonly<Record<string, Voice>> = {
  outline: {
    progress: '{"type":"progress","text":"at work"}',
    finished: '{"type":"finished","text":"done"}',
  },
  codex_cli: {
    progress: '{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"at work"}}',
    finished:
      '{"type":"turn.completed","usage":{"input_tokens":100,"cached_input_tokens":40,"output_tokens":20,"reasoning_output_tokens":0}}',
  },
};

/** An adapter as it is, on a CLI that misbehaves; what it plants touches `mark` when somebody runs it. */
export function misbehavingAgent(
  adapter: Agent,
  how: { readonly name: string; readonly mark: string },
): Agent {
  const voice = VOICES[adapter.name];
  if (voice === undefined) throw new Error(`nobody said how ${adapter.name} speaks`);
  const program = path.join(import.meta.dirname, 'misbehave.sh');
  return {
    ...adapter,
    detectVersion: () => Promise.resolve('0.0.0'),
    command(invocation) {
      const [[document, content] = ['', '']] = Object.entries(goodDocument(invocation));
      const command = adapter.command(invocation);
      const values = [how.name, voice.progress, voice.finished, document, how.mark];
      return {
        ...command,
        argv: ['/bin/sh', program, ...values],
        stdin: content,
        readPaths: [...command.readPaths, path.dirname(program)],
      };
    },
  };
}
