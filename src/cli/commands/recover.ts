import { EXIT, type CommandAction, type ExitCode } from '../cli-context.ts';
import { describeEvent } from '../describe-event.ts';
import { exitCodeOfEnd } from '../exit-code.ts';
import { table } from '../table.ts';

/** `runs recover`: take up every run whose worker died, here, and bring them to their ends. */
export const recover: CommandAction<{ readonly json?: boolean }> = async (context, options) => {
  await using app = await context.open();
  const runIds = await app.recover({ isPatient: true });
  const stop = new AbortController();
  const release = context.interceptInterrupt(() => stop.abort());
  try {
    await Promise.all(
      runIds.map(async (runId) => {
        for await (const event of app.follow(runId, { signal: stop.signal }))
          for (const line of describeEvent(event)) context.note(`${runId.slice(0, 8)} ${line}\n`);
      }),
    );
  } finally {
    release();
  }
  const runs = await Promise.all(runIds.map((runId) => app.get(runId)));
  const held = (await app.list({ limit: 100, status: 'in_progress' })).runs.filter(
    ({ run_id: runId }) => !runIds.includes(runId),
  );
  const rows = [...runs, ...held].map(({ run_id: runId, status, reason, worker }) => [
    runId,
    status,
    reason ?? '',
    worker ?? '',
  ]);
  if (options.json === true) {
    const views = runs.map(({ run_id, status, reason }) => ({ run_id, status, reason }));
    context.printJson({ runs: views });
  } else if (rows.length === 0) context.print('No run waits for a worker.\n');
  else context.print(table(['RUN', 'STATUS', 'REASON', 'WORKER'], rows));
  if (held.length > 0) context.note('The runs in progress are held by workers that live.\n');
  return worst(runs.map(exitCodeOfEnd));
};

function worst(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce<ExitCode>((sofar, code) => (code > sofar ? code : sofar), EXIT.ok);
}
