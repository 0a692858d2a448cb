import { z } from 'zod';

/** A short text. */
export const name = z.string().min(1).max(200);
/** A whole number within bounds. */
export const wholeNumber = (minimum: number, maximum: number) => {
  const error = `a whole number from ${minimum} to ${maximum} is expected`;
  return z.coerce.number({ error }).int({ error }).min(minimum, { error }).max(maximum, { error });
};
/** A name that is used as a word of a command and as part of a file name. */
export const plainName = (allowed: RegExp) =>
  z.string().max(200).regex(allowed, {
    error: 'letters, digits, dots, dashes and underscores are expected, beginning with a letter or digit',
  });
/** Yes or no. */
export const flag = z
  .enum(['true', 'false', '1', '0'], { error: 'true, false, 1 or 0 is expected' })
  .transform((value) => value === 'true' || value === '1');
/** Names separated by commas. */
export const names = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
