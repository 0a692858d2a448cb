import pc from 'picocolors';

import type { EventView } from '../contract/event-view.ts';
import { formatDuration } from '../domain/format.ts';
import { printable } from '../domain/printable.ts';
import { PHASES, type PhaseName, type PhaseStatus } from '../domain/phases.ts';

/** Where a phase stands, as far as the events told. Times are milliseconds since the epoch. */
export interface PhaseLine {
  readonly phase: PhaseName;
  readonly title: string;
  readonly status: PhaseStatus;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  /** The latest progress report, or why it was skipped or failed. */
  readonly note: string;
}

const SYMBOLS: Readonly<Record<PhaseStatus, (text: string) => string>> = {
  pending: () => pc.dim('·'),
  running: (frame) => pc.cyan(frame),
  retrying: (frame) => pc.yellow(frame),
  succeeded: () => pc.green('✔'),
  failed: () => pc.red('✖'),
  skipped: () => pc.dim('–'),
};
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const FRAME_MS = 80;
const TITLE_WIDTH = 28;
/** No character below it takes two columns; from it on each counts as two, whether it takes them or not. */
const FIRST_WIDE = '\u{300}';

/** All phases, waiting. */
export function emptyPhaseList(): readonly PhaseLine[] {
  return PHASES.map(({ name, title }) => ({
    phase: name,
    title,
    status: 'pending',
    startedMs: null,
    endedMs: null,
    note: '',
  }));
}

/** The list after one more event. Pure. */
export function applyEvent(lines: readonly PhaseLine[], event: EventView): readonly PhaseLine[] {
  const change = changeOf(event, Date.parse(event.at));
  if (change === undefined || !('phase' in event)) return lines;
  return lines.map((line) => (line.phase === event.phase ? { ...line, ...change } : line));
}

/** The list as text for a terminal of some width. */
export function renderPhaseList(
  lines: readonly PhaseLine[],
  view: { readonly nowMs: number; readonly columns: number },
): string {
  const frame = FRAMES[Math.floor(view.nowMs / FRAME_MS) % FRAMES.length] ?? FRAMES[0];
  return lines
    .map((line) => {
      const time =
        line.startedMs === null ? '' : formatDuration((line.endedMs ?? view.nowMs) - line.startedMs);
      const left = `  ${line.title.padEnd(TITLE_WIDTH)} ${time.padStart(8)}  `;
      const body = shorten(left + oneLine(line.note), view.columns - 1);
      return `${SYMBOLS[line.status](frame)}${body.slice(0, left.length)}${pc.dim(body.slice(left.length))}`;
    })
    .join('\n');
}

function changeOf(event: EventView, atMs: number): Partial<PhaseLine> | undefined {
  switch (event.type) {
    case 'phase_started':
      return { status: 'running', startedMs: atMs, endedMs: null, note: '' };
    case 'phase_adopted':
      return { status: 'running', endedMs: null, note: 'going on' };
    case 'phase_progressed':
      return { note: event.text };
    case 'phase_succeeded':
      return { status: 'succeeded', endedMs: atMs, note: '' };
    case 'phase_skipped':
      return { status: 'skipped', endedMs: atMs, note: event.why };
    case 'phase_failed':
      return { status: 'failed', endedMs: atMs, note: event.reason };
    case 'phase_retrying':
      return { status: 'retrying', endedMs: atMs, note: event.reason };
    case 'phase_output':
    case 'run_queued':
    case 'run_claimed':
    case 'run_cancel_requested':
    case 'run_retried':
    case 'run_finished':
      return undefined;
  }
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/gu, ' '));
}

/** As much of a text as fits into some columns; a line must never wrap. */
function shorten(text: string, room: number): string {
  const line = text.trimEnd();
  let kept = '';
  let used = 0;
  let fitting = '';
  for (const character of line) {
    used += character < FIRST_WIDE ? 1 : 2;
    if (used > room) return room < 1 ? '' : `${fitting}…`;
    kept += character;
    if (used < room) fitting = kept;
  }
  return kept;
}
