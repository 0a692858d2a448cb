import { REDACTED } from '../domain/redact.ts';
import { isGuessable } from '../domain/redaction/guessable.ts';
import { secretVariants } from '../domain/redaction/secret-variants.ts';

/** Takes one value out of bytes that pass. */
export interface KeyMask {
  /** What can go out now: everything but an end that may be the beginning of the value. */
  write(chunk: Uint8Array): Uint8Array;
  /** All the rest. */
  end(): Uint8Array;
}

/** A shorter form would stand in ordinary text by accident. */
const FORM_MIN_CHARS = 8;

/**
 * Mask a key in an answer, in each of the forms the redactor knows, as a whole. The redactor itself also masks whatever looks like a
 * secret: right for a log, but here it would change the files a model writes, and hold back a kilobyte of every stream.
 */
export function keyMask(key: string | undefined): () => KeyMask {
  const forms = key === undefined || isGuessable(key) ? [] : formsOf(key);
  return () => {
    let held = '';
    const emit = (text: string, until: number): Uint8Array => {
      held = text.slice(until);
      return Buffer.from(text.slice(0, until), 'latin1');
    };
    return {
      write(chunk) {
        if (forms.length === 0) return chunk;
        const text = masked(held + Buffer.from(chunk).toString('latin1'), forms);
        return emit(text, text.length - openEnd(text, forms));
      },
      end: () => emit(held, held.length),
    };
  };
}

/** Longest first, so that a form inside another does not leave the rest of it. */
function formsOf(key: string): readonly string[] {
  const { texts, digits } = secretVariants(key);
  const long = [...new Set([key, ...texts, ...digits])].filter((form) => form.length >= FORM_MIN_CHARS);
  return long.toSorted((one, other) => other.length - one.length);
}

function masked(text: string, forms: readonly string[]): string {
  return forms.reduce(
    (rest, form) => (rest.includes(form) ? rest.replaceAll(form, () => REDACTED) : rest),
    text,
  );
}

/** How many characters at the end may be the beginning of a form. */
function openEnd(text: string, forms: readonly string[]): number {
  return Math.max(...forms.map((form) => overlap(text, form)));
}

function overlap(text: string, form: string): number {
  let length = Math.min(form.length - 1, text.length);
  while (length > 0 && !text.endsWith(form.slice(0, length))) length -= 1;
  return length;
}
