import type { AgentPhaseName } from '../domain/phases.ts';
import type { RunEvent } from '../domain/events.ts';
import { redactedLines } from './redacted-lines.ts';
import type { RunSession } from './run-session.ts';

/** Turns what an agent prints into events of the run while it works. */
export interface OutputRecorder {
  line(stream: 'stdout' | 'stderr', line: string): void;
  progress(text: string): void;
  /** Write what is left. */
  finish(): Promise<void>;
}

/** One attempt of a phase, and how much of it the history holds already. */
export interface Attempted {
  readonly phase: AgentPhaseName;
  readonly attempt: number;
  readonly recorded: RecordedOutput;
}

/** Counts of lines by stream, and of progress events. */
export interface RecordedOutput {
  readonly stdout: number;
  readonly stderr: number;
  readonly progress: number;
}

const FLUSH_MS = 100;
const LINES_PER_EVENT = 100;
/** The history is for following along; the log artifact has everything. */
const LINES_PER_PHASE = 2_000;
const LINE_MAX_CHARS = 2_000;

/**
 * Redact and batch lines for up to 100 ms, one writer at a time, in order. At 2,000 lines the history says so and stops. A write that
 * fails ends the recording: the lease tells the session what that means.
 */
export function outputRecorder(session: RunSession, attempted: Attempted): OutputRecorder {
  const { deps, fence } = session;
  const { phase, attempt, recorded } = attempted;
  const pending: RunEvent[] = [];
  const stop = new AbortController();
  const toldAgain = { stdout: 0, stderr: 0, progress: 0 };
  let recordedLines = 0;

  /** An adopted execution tells everything from its beginning; what its first worker recorded is not recorded twice. */
  const isKnown = (kind: keyof typeof toldAgain) => {
    toldAgain[kind] += 1;
    return toldAgain[kind] <= recorded[kind];
  };

  const record = (stream: 'stdout' | 'stderr') => (line: string) => {
    recordedLines += 1;
    if (isKnown(stream) || recordedLines > LINES_PER_PHASE || stop.signal.aborted) return;
    const isLast = recordedLines === LINES_PER_PHASE;
    const text = isLast ? `[further lines are in ${phase}.${stream}.log]` : line.slice(0, LINE_MAX_CHARS);
    append(pending, { type: 'phase_output', phase, attempt, stream, lines: [text] });
  };
  const lines = {
    stdout: redactedLines(deps.redactor, record('stdout')),
    stderr: redactedLines(deps.redactor, record('stderr')),
  };

  const write = async () => {
    for (let event = pending.shift(); event !== undefined; event = pending.shift()) {
      await deps.store.appendEvent(fence, event);
    }
  };

  const loop = async () => {
    while (!stop.signal.aborted) {
      await deps.clock.sleep(FLUSH_MS, stop.signal);
      for (const each of Object.values(lines)) each.flush();
      await write();
    }
  };
  const running = loop().catch(() => stop.abort());

  return {
    line(stream, line) {
      // What nobody will see need not be redacted.
      if (recordedLines <= LINES_PER_PHASE) lines[stream].push(line);
    },
    progress(text) {
      if (isKnown('progress') || recordedLines > LINES_PER_PHASE) return;
      const redacted = deps.redactor.redact(text).slice(0, LINE_MAX_CHARS);
      pending.push({ type: 'phase_progressed', phase, text: redacted });
    },
    async finish() {
      const isBroken = stop.signal.aborted;
      for (const each of isBroken ? [] : Object.values(lines)) each.end();
      stop.abort();
      await running;
      await write();
    },
  };
}

/** Put lines to the last event where they belong to the same stream and there is room. */
function append(pending: RunEvent[], event: Extract<RunEvent, { readonly type: 'phase_output' }>): void {
  const last = pending.at(-1);
  const isOpen =
    last?.type === 'phase_output' && last.stream === event.stream && last.lines.length < LINES_PER_EVENT;
  if (isOpen) pending[pending.length - 1] = { ...last, lines: [...last.lines, ...event.lines] };
  else pending.push(event);
}
