import { estimatedUsage, type Budget, type BudgetLimits } from './budget.ts';
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
}

/** One call on its way. */
export interface CountedCall {
  /** Charge it and write it down; only the first end counts. */
  end(how: CallEnd): Promise<void>;
}

interface CallHead {
  readonly path: string;
  readonly isBilled: boolean;
  readonly requestBytes: number;
}

/** Keeps the budget, its file and the record in step. */
export interface CallCounter {
  /** Count a call before it is made, also for the gateway after this one; or the limit that was reached. */
  begin(head: CallHead): Promise<CountedCall | keyof BudgetLimits>;
  /** Calls that were made and have not ended. */
  openCalls(): number;
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
  const charge = ({ isBilled, requestBytes }: CallHead, { usage, isError, answerBytes }: CallEnd) => {
    if (isError) budget.countError();
    if (!isBilled) return;
    if (usage !== undefined) budget.charge(usage);
    else if (!isError) {
      budget.charge(estimatedUsage(requestBytes, answerBytes));
      budget.countEstimate();
    }
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
            bytes_up: head.requestBytes,
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
    close: async () => void (await within(Promise.all(open), CLOSE_MS)),
    deny: (decision) => record.write({ kind: 'model', verdict: 'denied', ...decision }),
  };
}
