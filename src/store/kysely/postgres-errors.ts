import { appError, describeThrown } from '../../domain/app-error.ts';

/**
 * Codes that say "no usable connection": SQLSTATE classes 08 (connection), 28 (login), 53 (resources), 57 (operator, timeout),
 * a database that does not exist, and the system errors of a socket.
 */
const UNREACHABLE_CODE =
  /^(?:08...|28...|53...|57...|3D000|EAI_AGAIN|ECONN\w+|EHOST\w+|ENET\w+|ENOENT|ENOTFOUND|EPIPE|ETIMEDOUT)$/u;

/** Failures `pg` reports without a code. */
const UNREACHABLE_MESSAGE =
  /timeout exceeded|connection terminated|connection error|query read timeout|does not support SSL|SASL/iu;

/** The error a failure of `pg` stands for; anything else comes back as it was. */
export function translatePostgresError(thrown: unknown): unknown {
  const failure = firstFailure(thrown);
  if (!(failure instanceof Error)) return thrown;
  const code = 'code' in failure ? String(failure.code) : '';
  if (!UNREACHABLE_CODE.test(code) && !UNREACHABLE_MESSAGE.test(failure.message)) return thrown;
  return appError('database_unreachable', { problem: describeThrown(failure) }, thrown);
}

/** Node tries each address of a host name and reports the failures together, with an empty message. */
function firstFailure(thrown: unknown): unknown {
  return thrown instanceof AggregateError ? thrown.errors[0] : thrown;
}
