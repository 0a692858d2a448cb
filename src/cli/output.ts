/** A standard stream that may go away while we write to it. */
export interface Output {
  /** Write, or drop what nobody takes any more: whoever stops reading must not stop a run half-way. */
  readonly write: (text: string) => void;
  /** Fires once the stream takes nothing more: its reader left, or it broke. */
  readonly closed: AbortSignal;
  /** Wait until everything is out. Returns what broke the stream; a reader that left (`| head`) did not break it. */
  readonly flush: () => Promise<Error | undefined>;
}

/** Take charge of a standard stream: from here on its failures are told by what is returned, and never thrown. */
export function openOutput(stream: NodeJS.WriteStream): Output {
  const closing = new AbortController();
  let failure: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException) => {
    failure ??= error;
    closing.abort();
  };
  stream.on('error', onError);
  return {
    write: (text) => void (closing.signal.aborted || stream.write(text)),
    closed: closing.signal,
    async flush() {
      if (failure === undefined) await new Promise((resolve) => stream.write('', resolve));
      return failure?.code === 'EPIPE' ? undefined : failure;
    },
  };
}
