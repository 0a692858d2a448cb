/** The one door for every byte that is stored, shown or sent. */
export interface Redactor {
  /** A text without secrets: registered ones in every form, ones of known providers, user names and passwords in URLs. */
  redact(text: string): string;
  /** The same for bytes that come in pieces. */
  stream(): RedactionStream;
  /** Where content holds secrets. For what is published: there, nothing is masked but everything refused. */
  find(content: Uint8Array): readonly SecretFinding[];
  /** How many registered secrets are so short that only the whole value can be recognised. */
  readonly weakSecrets: number;
}

/** Masks one stream. What it holds back is bounded, and a secret is found however the stream was cut. */
export interface RedactionStream {
  /** Take bytes; returns what can go out now: all but the last `HELD_BYTES`. */
  write(chunk: Uint8Array): Uint8Array;
  /** What can go out although more may come: up to the last white space. At most seven characters of a secret escape that way. */
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
}
