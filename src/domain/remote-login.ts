/** How to log in to the server of a remote. Handed to one git process at a time and written nowhere. */
export interface RemoteLogin {
  /** Only this origin is ever told, such as `https://forge.example`. */
  readonly origin: string;
  readonly username: string;
  readonly password: string;
}
