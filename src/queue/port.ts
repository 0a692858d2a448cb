/**
 * A queue only rings: the message is a run id, the run's row is the truth. A ring may be lost, doubled or late; the receiver
 * claims the row and finds out. What nobody answered is rung again by `recoverRuns`.
 */
export interface Queue extends AsyncDisposable {
  /** Tell some listener that a run waits. Returns once the queue has taken the message. */
  ring(runId: string): Promise<void>;
  /**
   * Call `onRing` for each message, at most `concurrency` at a time. Disposing the subscription takes no new message and
   * waits for the calls under way. An `onRing` that throws is not called again for that message.
   */
  listen(options: {
    readonly concurrency: number;
    readonly onRing: (runId: string) => Promise<void>;
  }): AsyncDisposable;
}
