import { estimatedUsage, worstUsage, type Budget, type BudgetLimits } from './budget.ts';
import type { EgressDecision, EgressRecord } from './egress-record.ts';
import type { TokenUsage } from './usage-of-answer.ts';
import type { UsageFile } from './usage-file.ts';
import { within } from './within.ts';

const CLOSE_MS = 200;

/** How a call ended. */
export interface CallEnd {
  /** What the agent was answered. */
  readonly status: number;
  readonly reason: string;
  /** Whether the provider refused or failed. */
  readonly isError: boolean;
  readonly usage: TokenUsage | undefined;
  readonly answerBytes: number;
  /** To its end; or the provider broke it off or never took the call; or nobody waits for it any more, and it may go on. */
  readonly read: 'whole' | 'broken_off' | 'abandoned';
}

/** One call on its way. */
export interface CountedCall {
  /** When it has ended and was written down. */
  readonly over: Promise<void>;
  /** Charge it and write it down; only the first end counts. */
  end(how: CallEnd): Promise<void>;
}

interface CallHead {
  readonly path: string;
  readonly isBilled: boolean;
  readonly body: Buffer;
}

/** Keeps the budget, its file and the record in step. */
export interface CallCounter {
  /** Count a call before it is made, also for the gateway after this one; or the limit that was reached. */
  begin(head: CallHead): Promise<CountedCall | keyof BudgetLimits>;
  /** Calls that were made and have not ended. */
  openCalls(): number;
  /** From now on, what breaks off was cut by ourselves. */
  willClose(): void;
  /** Wait for what breaks off to be counted. */
  close(): Promise<void>;
  deny(decision: Pick<EgressDecision, 'method' | 'path' | 'reason' | 'status'>): void;
}

/** Count calls against a budget. */
export function callCounter(parts: {
  readonly budget: Budget;
  readonly file: UsageFile;
  readonly record: EgressRecord;
  readonly nowMs: () => number;
}): CallCounter {
  const { budget, file, record, nowMs } = parts;
  let isClosing = false;
  const charge = ({ isBilled, body }: CallHead, { usage, isError, answerBytes, read }: CallEnd) => {
    if (isError) budget.countError();
    if (!isBilled) return;
    const isAbandoned = read === 'abandoned' || (isClosing && read === 'broken_off');
    if (isAbandoned) budget.charge(worstUsage(body, { usage, answerBytes }));
    else if (usage !== undefined) budget.charge(usage);
    else if (!isError) budget.charge(estimatedUsage(body.length, answerBytes));
    if (isAbandoned || (usage === undefined && !isError)) budget.countEstimate();
  };
  const open = new Set<Promise<void>>();
  return {
    async begin(head) {
      const limit = budget.admit();
      await file.save();
      if (limit !== undefined) return limit;
      const began = nowMs();
      const { promise, resolve } = Promise.withResolvers<void>();
      open.add(promise);
      let isOver = false;
      return {
        over: promise,
        async end(how) {
          if (isOver) return;
          isOver = true;
          charge(head, how);
          record.write({
            kind: 'model',
            method: 'POST',
            path: head.path,
            verdict: 'allowed',
            reason: how.reason,
            status: how.status,
            bytes_up: head.body.length,
            bytes_down: how.answerBytes,
            duration_ms: nowMs() - began,
          });
          await file.save();
          open.delete(promise);
          resolve();
        },
      };
    },
    openCalls: () => open.size,
    willClose() {
      isClosing = true;
    },
    close: async () => void (await within(Promise.all(open), CLOSE_MS)),
    deny: (decision) => record.write({ kind: 'model', verdict: 'denied', ...decision }),
  };
}
