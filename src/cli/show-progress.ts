import { createLogUpdate } from 'log-update';

import type { EventView } from '../contract/event-view.ts';
import type { CliContext } from './cli-context.ts';
import { describeEvent } from './describe-event.ts';
import { applyEvent, emptyPhaseList, renderPhaseList } from './phase-list.ts';

const REDRAW_MS = 80;

/** Show a run's events while they come: a live phase list on a terminal, plain lines in a pipe. */
export async function showProgress(context: CliContext, events: AsyncIterable<EventView>): Promise<void> {
  await (context.progress.isTerminal ? showLive(context, events) : showPlain(context, events));
}

async function showPlain(context: CliContext, events: AsyncIterable<EventView>): Promise<void> {
  for await (const event of events) {
    if (event.type === 'phase_output') continue;
    for (const line of describeEvent(event)) context.note(`${line}\n`);
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
