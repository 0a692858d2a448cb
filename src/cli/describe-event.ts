import type { EventView } from '../contract/event-view.ts';

/** An event as plain lines for a pipe or a log; none for events that say nothing to a reader. */
export function describeEvent(event: EventView): readonly string[] {
  switch (event.type) {
    case 'phase_started':
      return [`${event.phase}: started${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`];
    case 'phase_adopted':
      return [`${event.phase}: going on with what its last worker left`];
    case 'phase_progressed':
      return [`${event.phase}: ${event.text}`];
    case 'phase_succeeded':
      return [`${event.phase}: succeeded`];
    case 'phase_skipped':
      return [`${event.phase}: skipped, ${event.why}`];
    case 'phase_failed':
      return [`${event.phase}: failed, ${event.reason}`];
    case 'phase_retrying':
      return [`${event.phase}: failed, ${event.reason}; trying again`];
    case 'phase_output':
      return event.lines.map((line) => `${event.phase} ${event.stream}: ${line}`);
    case 'run_claimed':
      return [`run: taken up by ${event.owner}`];
    case 'run_cancel_requested':
      return ['run: cancel requested'];
    case 'run_retried':
      return [`run: queued again from ${event.from}`];
    case 'run_finished':
      return [`run: ${event.status}${event.reason === null ? '' : ` (${event.reason})`}`];
    case 'run_queued':
      return ['run: queued'];
  }
}
