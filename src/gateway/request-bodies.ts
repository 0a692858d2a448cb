import type { Readable } from 'node:stream';

import { garbageCollector } from './collect-garbage.ts';

/** Bytes that several users share. */
export interface ByteBudget {
  /** All of it or nothing. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Room for the body of one request. */
export interface BodyRoom {
  /** The body as one buffer. @throws `BodyRefusal` as soon as there is too much of it */
  read(payload: Readable): Promise<Buffer>;
  /** Keep the room until then; only the first word counts. */
  releaseAfter(over: Promise<unknown>): void;
  /** Give the room back, unless somebody keeps it. */
  release(): void;
}

/** Largest body of one request. */
const BODY_MAX_BYTES = 32 * 1024 * 1024;
/**
 * All bodies in memory together. The container has 256 MiB, and the program itself takes 100; but one that
 * names no length has to fit with the half it grew from.
 */
const BODIES_MAX_BYTES = 48 * 1024 * 1024;
const FIRST_BYTES = 64 * 1024;

const REFUSALS = { body_too_large: 413, too_many_bytes: 503 } as const;

/** Why a body is not read, or not any further. */
export class BodyRefusal extends Error {
  readonly reason: keyof typeof REFUSALS;
  readonly status: 413 | 503;

  constructor(reason: keyof typeof REFUSALS) {
    super(reason);
    this.reason = reason;
    this.status = REFUSALS[reason];
  }
}

/** Bytes to share, all of them free. */
export function byteBudget(total: number): ByteBudget {
  let left = total;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
  };
}

/** Give each request the room it asks for by its `content-length`, or let it grow where it names none, as long as there is room. */
export function requestBodies(
  budget: ByteBudget = byteBudget(BODIES_MAX_BYTES),
): (contentLength: string | undefined) => BodyRoom | BodyRefusal {
  const drop = garbageCollector();
  return (contentLength) => {
    const declared = Number(contentLength ?? 0);
    if (declared > BODY_MAX_BYTES) return new BodyRefusal('body_too_large');
    return budget.take(declared) ? roomOf(budget, { declared, drop }) : new BodyRefusal('too_many_bytes');
  };
}

function roomOf(
  budget: ByteBudget,
  { declared, drop }: { readonly declared: number; readonly drop: (bytes: number) => void },
): BodyRoom {
  let size = declared;
  let isKept = false;
  let isReleased = false;
  const giveBack = () => {
    if (!isReleased) {
      budget.give(size);
      drop(size);
    }
    isReleased = true;
  };
  /** Both the old bytes and the new ones are there while one is copied to the other, so both are counted. */
  const grown = (old: Buffer, wanted: number): Buffer => {
    if (wanted > BODY_MAX_BYTES) throw new BodyRefusal('body_too_large');
    const next = Math.min(Math.max(wanted, 2 * old.length, FIRST_BYTES), BODY_MAX_BYTES);
    if (isReleased || !budget.take(next)) throw new BodyRefusal('too_many_bytes');
    const bytes = Buffer.allocUnsafeSlow(next);
    old.copy(bytes);
    drop(old.length);
    budget.give(size);
    size = next;
    return bytes;
  };
  return {
    async read(payload) {
      // One buffer, and not a list of what came: a body in pieces of one byte would take a hundred times its size.
      let bytes: Buffer = Buffer.allocUnsafeSlow(declared);
      let length = 0;
      // Whoever sent too much is still owed an answer, so the connection stays.
      for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
        if (!Buffer.isBuffer(chunk)) throw new TypeError('a body is bytes');
        if (length + chunk.length > bytes.length) bytes = grown(bytes, length + chunk.length);
        length += chunk.copy(bytes, length);
        drop(chunk.length);
      }
      return bytes.subarray(0, length);
    },
    releaseAfter(over) {
      if (isKept) return;
      isKept = true;
      void over.then(giveBack, giveBack);
    },
    release() {
      if (!isKept) giveBack();
    },
  };
}
