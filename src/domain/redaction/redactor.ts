/** The one door for every byte that is stored, shown or sent. */
export interface Redactor {
  /**
   * A text without secrets: registered ones in the forms `secretVariants` names, tokens of known providers, private keys, user names
   * and passwords in URLs.
   */
  redact(text: string): string;
  /** The same for content that is there as a whole. */
  redactBytes(content: Uint8Array): Uint8Array;
  /** The same for bytes that come in pieces. */
  stream(): RedactionStream;
  /** Where content holds secrets, in order. For what is published: there, nothing is masked but everything refused. */
  find(content: Uint8Array): readonly SecretFinding[];
  /** How many secrets are not registered, since they cannot be told from ordinary text; see `isGuessable`. */
  readonly guessableSecrets: number;
}

/**
 * Masks one stream. What it holds back is bounded, and a secret is found however the stream was cut, with two limits: a form whose
 * characters stand more than 1,024 bytes apart may be missed, and a private key is masked up to `KEY_MAX_CHARS`.
 */
export interface RedactionStream {
  /** Take bytes; returns what can go out now: all but the last `HELD_BYTES`. */
  write(chunk: Uint8Array): Uint8Array;
  /**
   * What can go out although more may come: up to the last white space, and nothing that may be part of a private key. At most seven
   * characters of a secret escape that way, or as many of their encoded form.
   */
  flush(): Uint8Array;
  /** All the rest. */
  end(): Uint8Array;
}

/** A secret in some content. Says where and of what kind; never what. */
export interface SecretFinding {
  /** `registered`, or the name of a provider's pattern. */
  readonly kind: string;
  /** In bytes from the beginning. */
  readonly offset: number;
  readonly length: number;
  /**
   * Whether it is more than a word a secret happens to share with other text (sixteen characters of a registered one, or all of it)
   * and more than a placeholder in the form of a provider's token. The rest is reason enough to mask, but not to refuse.
   */
  readonly isConclusive: boolean;
}
