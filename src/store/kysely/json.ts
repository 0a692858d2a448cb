const UNSTORABLE_ESCAPE = /\\u(?:0000|d[89a-f])/u;

/** JSON text both databases can hold. */
export function encodeJson(value: unknown): string {
  const text = JSON.stringify(value);
  return UNSTORABLE_ESCAPE.test(text) ? JSON.stringify(value, cleanValue) : text;
}

/** Text both databases can hold: PostgreSQL refuses NUL and half surrogate pairs, which agent output may contain. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{FFFD}');
}

function cleanValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? cleanText(value) : value;
}
