import { appError } from '../domain/app-error.ts';
import type { RemoteLogin } from '../domain/remote-login.ts';

/**
 * Prints what waits at file descriptor 3, once, when git asks for a login. It is the same for everyone: no secret is in an argument,
 * a variable or a file. Asked to keep or forget a login it does nothing.
 */
const HELPER = '!f() { test "$1" = get && cat <&3; }; f';

/** The login for a repository: none for one of another origin. */
export function loginOf(repository: string, login: RemoteLogin | undefined): RemoteLogin | undefined {
  if (login === undefined || !URL.canParse(repository)) return undefined;
  return new URL(repository).origin === login.origin ? login : undefined;
}

/** Arguments under which git asks for a login, for that origin alone. They come after the list of helpers was emptied. */
export function loginSettings({ origin }: RemoteLogin): readonly string[] {
  return ['-c', `credential.${origin}.helper=${HELPER}`];
}

/** What is handed over at file descriptor 3, in the form git reads. @throws `internal` */
export function loginInput({ origin, username, password }: RemoteLogin): Buffer {
  // A line break would begin another attribute, such as the host.
  if (/\p{Cc}/u.test(username + password))
    throw appError('internal', { problem: `the login for ${origin} holds a control character` });
  return Buffer.from(`username=${username}\npassword=${password}\n`);
}
