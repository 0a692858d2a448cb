import { afterEach, describe, expect, it } from 'vitest';
import type { Queue } from '../../src/queue/port.ts';
import { waitFor } from '../support/wait-for.ts';

/** A listener whose calls end when the test says so. */
interface Switchboard {
  /** Run ids in the order they were rung. */
  readonly rung: string[];
  readonly active: Set<string>;
  readonly most: () => number;
  readonly onRing: (runId: string) => Promise<void>;
  readonly release: (runId: string) => void;
}

/** What every queue promises, wherever it keeps its messages. */
export function queueContract(name: string, open: () => Promise<Queue>): void {
  describe(`queue contract on ${name}`, () => {
    const opened: AsyncDisposable[] = [];
    const openQueue = async () => {
      const queue = await open();
      opened.push(queue);
      return queue;
    };
    afterEach(async () => {
      for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
    });

    it('delivers what was rung before anybody listened, and what is rung afterwards, in order', async () => {
      const queue = await openQueue();
      const rung: string[] = [];
      await queue.ring('first');
      await queue.ring('second');
      await using _listener = queue.listen({
        concurrency: 1,
        onRing: async (runId) => void rung.push(runId),
      });
      await queue.ring('third');
      await come(() => rung.length === 3, 'all messages');
      expect(rung).toEqual(['first', 'second', 'third']);
    });

    it('gives each message to one listener', async () => {
      const queue = await openQueue();
      const rung: string[] = [];
      const onRing = async (runId: string) => void rung.push(runId);
      await using _one = queue.listen({ concurrency: 2, onRing });
      await using _other = queue.listen({ concurrency: 2, onRing });
      const runIds = Array.from({ length: 40 }, (_, index) => `run-${index}`);
      await Promise.all(runIds.map((runId) => queue.ring(runId)));
      await come(() => rung.length >= 40, 'all messages');
      expect(rung.toSorted()).toEqual(runIds.toSorted());
    });

    it('has at most as many calls under way as it may, and uses that', async () => {
      const queue = await openQueue();
      const board = switchboard();
      await using _listener = queue.listen({ concurrency: 3, onRing: board.onRing });
      for (let index = 0; index < 9; index += 1) await queue.ring(`run-${index}`);
      for (let index = 0; index < 9; index += 1) {
        const expected = Math.min(3, 9 - index);
        await come(() => board.active.size === expected, `${expected} calls under way`);
        board.release(`run-${index}`);
      }
      await come(() => board.active.size === 0, 'the end of all calls');
      expect(board.most()).toBe(3);
    });

    it('keeps to its bound when a call rings itself', async () => {
      const queue = await openQueue();
      const board = switchboard();
      const ringing = async (runId: string) => {
        const next = { first: 'second', second: 'third' }[runId];
        const done = board.onRing(runId);
        if (next !== undefined) void queue.ring(next);
        return done;
      };
      await using _listener = queue.listen({ concurrency: 1, onRing: ringing });
      await queue.ring('first');
      for (const runId of ['first', 'second', 'third']) {
        await come(() => board.active.has(runId), runId);
        board.release(runId);
      }
      await come(() => board.active.size === 0, 'the end of all calls');
      expect(board.most()).toBe(1);
    });

    it.each<[string, () => Promise<void>]>([
      ['rejects', () => Promise.reject(new Error('rejected'))],
      [
        'throws before it returns a promise',
        () => {
          throw new Error('thrown');
        },
      ],
    ])('goes on after a call that %s, and does not repeat it', async (_how, fail) => {
      const queue = await openQueue();
      const rung: string[] = [];
      const onRing = (runId: string) => {
        rung.push(runId);
        return runId === 'bad' ? fail() : Promise.resolve();
      };
      await using _listener = queue.listen({ concurrency: 1, onRing });
      for (const runId of ['bad', 'good', 'bad', 'better']) await queue.ring(runId);
      await come(() => rung.length >= 4, 'all messages');
      expect(rung).toEqual(['bad', 'good', 'bad', 'better']);
    });

    it('waits on disposal for the calls under way, and takes nothing new', async () => {
      const queue = await openQueue();
      const board = switchboard();
      const listener = queue.listen({ concurrency: 2, onRing: board.onRing });
      for (const runId of ['one', 'two', 'three']) await queue.ring(runId);
      await come(() => board.active.size === 2, 'two calls');
      const disposal = { isOver: false };
      const dispose = async () => {
        await listener[Symbol.asyncDispose]();
        disposal.isOver = true;
      };
      const disposed = dispose();
      board.release('one');
      await queue.ring('four');
      await come(() => !board.active.has('one'), 'the end of the first call');
      expect(disposal.isOver).toBe(false);
      board.release('two');
      await disposed;
      expect(board.rung).toEqual(['one', 'two']);
    });

    it('gives what a disposed listener did not take to the next', async () => {
      const queue = await openQueue();
      const board = switchboard();
      const listener = queue.listen({ concurrency: 1, onRing: board.onRing });
      await queue.ring('one');
      await queue.ring('two');
      await come(() => board.active.has('one'), 'the first call');
      board.release('one');
      await listener[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
      const next: string[] = [];
      await using _next = queue.listen({ concurrency: 1, onRing: async (runId) => void next.push(runId) });
      await come(() => next.length > 0, 'the second message');
      expect([board.rung, next]).toEqual([['one'], ['two']]);
    });

    it('may be disposed with messages waiting, twice', async () => {
      const queue = await open();
      await queue.ring('nobody hears this');
      await queue[Symbol.asyncDispose]();
      await expect(queue[Symbol.asyncDispose]()).resolves.toBeUndefined();
    });
  });
}

async function come(condition: () => boolean, what: string): Promise<void> {
  await waitFor(condition, { timeoutMs: 10_000, what });
}

function switchboard(): Switchboard {
  const rung: string[] = [];
  const active = new Set<string>();
  const ends = new Map<string, () => void>();
  let most = 0;
  return {
    rung,
    active,
    most: () => most,
    release: (runId) => ends.get(runId)?.(),
    async onRing(runId) {
      rung.push(runId);
      active.add(runId);
      most = Math.max(most, active.size);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(runId, resolve);
      await promise;
      active.delete(runId);
    },
  };
}
