/**
 * Marks in the body of a pull request, as comments nobody sees. The pull request itself so tells whose it is, what it was asked for, and
 * whether anybody changed its text: nothing has to be remembered elsewhere.
 */

/** The comment a forge is searched for to find a run's pull request again. */
export function pullRequestMarker(runId: string): string {
  return `<!-- spec-automation-run:${runId} -->`;
}

/** Says what was asked for, so that nobody asks an agent for it twice. */
export function requestMarker(digest: string): string {
  return `<!-- spec-automation-request:${digest} -->`;
}

/** What of a request makes it the same as another one, in order. */
export function requestParts(request: {
  readonly specText: string;
  readonly baseBranch: string;
  readonly feature: string | null;
  readonly agent: string;
}): readonly string[] {
  return [request.specText.trim(), request.baseBranch, request.feature ?? '', request.agent];
}

const TEXT_MARK = /\n*<!-- spec-automation-text:([0-9a-f]{64}) -->\s*$/u;

/** The body with a mark at its end that tells later whether title and body are still as we wrote them. */
export function withTextMark(body: string, digest: string): string {
  return `${body.trimEnd()}\n\n<!-- spec-automation-text:${digest} -->\n`;
}

/** The digest in the mark of a body; `undefined` where there is none. */
export function textMarkOf(body: string): string | undefined {
  return TEXT_MARK.exec(body)?.[1];
}

/** What the digest in the mark is made of: the words, without the mark and without what forges do to line ends. */
export function textParts(title: string, body: string): readonly string[] {
  return [title.trim(), body.replaceAll('\r\n', '\n').replace(TEXT_MARK, '').trimEnd()];
}
