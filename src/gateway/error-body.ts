/** What the gateway itself answers instead of a provider. */
export type GatewayError =
  | 'gateway_denied'
  | 'gateway_busy'
  | 'gateway_upstream'
  | 'gateway_timeout'
  | 'budget_exceeded';

/** The body of such an answer, in the form every provider's client understands. */
export function errorBody(code: GatewayError, message: string) {
  return { error: { code, message, type: code } };
}
