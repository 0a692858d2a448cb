import { estimatedUsage, unheardUsage, type Budget, type BudgetLimits } from './budget.ts';
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
  /** True when nobody heard the whole answer, if there was one. */
  readonly isUnheard?: boolean;
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
  /** Calls that were made and have not ended, and the bytes they were made with. */
  openCalls(): { readonly count: number; readonly bytes: number };
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
  const charge = (
    { isBilled, requestBytes }: CallHead,
    { usage, isError, answerBytes, isUnheard = false }: CallEnd,
  ) => {
    if (isError) budget.countError();
    if (!isBilled) return;
    if (usage !== undefined) budget.charge(usage);
    else if (isUnheard || !isError) {
      budget.charge((isUnheard ? unheardUsage : estimatedUsage)(requestBytes, answerBytes));
      budget.countEstimate();
    }
  };
  const open = new Map<Promise<void>, number>();
  return {
    async begin(head) {
      const limit = budget.admit();
      await file.save();
      if (limit !== undefined) return limit;
      const began = nowMs();
      const { promise, resolve } = Promise.withResolvers<void>();
      open.set(promise, head.requestBytes);
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
    openCalls: () => ({ count: open.size, bytes: [...open.values()].reduce((sum, each) => sum + each, 0) }),
    close: async () => void (await within(Promise.all(open.keys()), CLOSE_MS)),
    deny: (decision) => record.write({ kind: 'model', verdict: 'denied', ...decision }),
  };
}
