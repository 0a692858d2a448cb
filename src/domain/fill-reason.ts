/** Put the context's values into a text; an unknown placeholder stays as it is. */
export function fillReasonText(
  text: string,
  context: Readonly<Record<string, string | number | undefined>>,
): string {
  return text.replaceAll(/\{(\w+)\}/gu, (whole, name: string) =>
    String((Object.hasOwn(context, name) ? context[name] : undefined) ?? whole),
  );
}

/** Put the run's id where a text leaves room for it. */
export function fillRunId(text: string, runId: string): string {
  return fillReasonText(text, { run_id: runId });
}
