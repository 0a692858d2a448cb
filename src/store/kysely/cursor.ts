import { appError } from '../../domain/app-error.ts';

const CURSOR_FORM = /^(\d{1,15})\.([0-9a-f-]{36})$/u;

/** A place in the list of runs, opaque to callers. */
export function encodeCursor(row: { readonly created_at_ms: number; readonly id: string }): string {
  return Buffer.from(`${row.created_at_ms}.${row.id}`).toString('base64url');
}

/** @throws `request_invalid` for a cursor no list ever gave */
export function decodeCursor(cursor: string): { readonly createdAtMs: number; readonly id: string } {
  const [, createdAtMs, id] = CURSOR_FORM.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (createdAtMs === undefined || id === undefined) {
    throw appError('request_invalid', { field: 'cursor', problem: 'it was not given out by this list' });
  }
  return { createdAtMs: Number(createdAtMs), id };
}
