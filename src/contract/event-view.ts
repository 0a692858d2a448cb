import { z } from 'zod';

import type { RunEvent, StoredEvent } from '../domain/events.ts';

/** An event as faces send it: its place and time, and the event's own fields beside them. */
export const EventView = z.looseObject({ seq: z.number(), at: z.iso.datetime(), type: z.string() });
export type EventView = { readonly seq: number; readonly at: string } & RunEvent;

/** Put place and time beside the event's own fields. */
export function toEventView({ seq, atMs, event }: StoredEvent): EventView {
  return { seq, at: new Date(atMs).toISOString(), ...event };
}
