/**
 * The JSON object on a line of a stream of events; `undefined` for a line that holds none. An agent may print a million lines that are
 * no events: the ones that cannot be are told by their first character, since a failed `JSON.parse` costs many times a good one.
 */
export function parseObjectLine(line: string): unknown {
  if (!/^\s*\{/u.test(line)) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
