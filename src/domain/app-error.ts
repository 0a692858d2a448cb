import { fillReasonText } from './fill-reason.ts';
import { REASONS, type ReasonCode, type ReasonContext, type ReasonKind } from './reasons.ts';
import { createRedactor } from './redaction/create-redactor.ts';

/**
 * The one error class. `message` is the reason's text and `remedy` its advice, both filled in and redacted on
 * construction, so that an error can be shown, stored or sent as it is.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ReasonCode;
  readonly remedy: string;
  /** Trying again earlier does harm; absent where any time will do. */
  readonly retryAtMs: number | undefined;

  constructor(
    code: ReasonCode,
    message: string,
    options: { remedy: string; cause?: unknown; retryAtMs?: number | undefined },
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.retryAtMs = options.retryAtMs;
  }

  /** Who has to act, see `ReasonKind`. */
  get kind(): ReasonKind {
    return REASONS[this.code].kind;
  }

  /** True when repeating the same step may help. */
  get isTransient(): boolean {
    return REASONS[this.code].retry === 'transient';
  }
}

/** Knows no value, only what tokens and passwords in URLs look like. */
const UNREGISTERED = createRedactor([]);

/** Build the error for a code; the compiler asks for exactly the values its text and remedy name. */
export function appError<Code extends ReasonCode>(
  code: Code,
  context: ReasonContext<Code>,
  cause?: unknown,
): AppError {
  const { text, remedy } = REASONS[code];
  const fill = (template: string) => UNREGISTERED.redact(fillReasonText(template, context));
  return new AppError(code, fill(text), { remedy: fill(remedy), cause });
}

/** The same error with a time before which its step must not be tried again. */
export function retryAt(error: AppError, retryAtMs: number): AppError {
  const { code, message, remedy, cause } = error;
  return new AppError(code, message, { remedy, cause, retryAtMs });
}

/** Any thrown value as an `AppError`; what is not one becomes `internal` with its message kept. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return appError('internal', { problem: describeThrown(thrown) }, thrown);
}

/** The message of any thrown value, on one line. */
export function describeThrown(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replaceAll(/\s+/gu, ' ').trim();
}
