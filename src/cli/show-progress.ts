import { createLogUpdate } from 'log-update';

import type { EventView } from '../contract/event-view.ts';
import { formatDuration } from '../domain/format.ts';
import type { CliContext } from './cli-context.ts';
import { describeEvent } from './describe-event.ts';
import { applyEvent, emptyPhaseList, renderPhaseList, type PhaseLine } from './phase-list.ts';

const REDRAW_MS = 80;

/** Show a run's events while they come: a live phase list on a terminal, plain lines in a pipe. */
export async function showProgress(context: CliContext, events: AsyncIterable<EventView>): Promise<void> {
  await (context.progress.isTerminal ? showLive(context, events) : showPlain(context, events));
}

async function showPlain(context: CliContext, events: AsyncIterable<EventView>): Promise<void> {
  let lines = emptyPhaseList();
  for await (const event of events) {
    lines = applyEvent(lines, event);
    if (event.type === 'phase_output') continue;
    for (const line of describeEvent(event)) context.note(`${line}${tookOf(lines, event)}\n`);
  }
}

async function showLive({ progress }: CliContext, events: AsyncIterable<EventView>): Promise<void> {
  const screen = createLogUpdate(progress.stream);
  let lines = emptyPhaseList();
  const draw = () =>
    screen(renderPhaseList(lines, { nowMs: Date.now(), columns: progress.stream.columns ?? 80 }));
  const timer = setInterval(draw, REDRAW_MS);
  try {
    for await (const event of events) {
      lines = applyEvent(lines, event);
      draw();
    }
  } finally {
    clearInterval(timer);
    draw();
    screen.done();
  }
}

/** ` in 0.4 s` for an event that ended a phase. */
function tookOf(lines: readonly PhaseLine[], event: EventView): string {
  if (event.type !== 'phase_succeeded' && event.type !== 'phase_failed') return '';
  const line = lines.find(({ phase }) => phase === event.phase);
  if (line === undefined || line.startedMs === null || line.endedMs === null) return '';
  return ` in ${formatDuration(line.endedMs - line.startedMs)}`;
}
