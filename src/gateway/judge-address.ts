import ipaddr from 'ipaddr.js';

/** Public by number, but answered by the machine below: Azure's WireServer. Others lie in ranges that are not public. */
const INTERNAL: ReadonlySet<string> = new Set(['168.63.129.16']);
/** The only part of IPv6 that is handed out for the public network (RFC 4291): its first three bits are 001. */
const GLOBAL_UNICAST = [ipaddr.IPv6.parse('2000::'), 3] as const;
const NAT64 = [ipaddr.IPv6.parse('64:ff9b::'), 96] as const;
/** Of no use since 2006, and the library reads it as a mapped one. */
const IPV4_COMPATIBLE = /^::\d+\./u;
const LAST_TWO_GROUPS = -2;

/** Whether an address a name led to is one of the public network. Whatever is not known to be one is not. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text) || IPV4_COMPATIBLE.test(text)) return false;
  const address = unwrapped(text);
  if (address === undefined || address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv4) return !INTERNAL.has(address.toString());
  return address.match(...GLOBAL_UNICAST);
}

/**
 * The IPv4 address inside a mapped one, or inside one of NAT64, which is how every IPv4 host looks in a network without IPv4. 6to4 and
 * Teredo are not unwrapped: their ranges are not public, and nothing of today is behind them.
 */
function unwrapped(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address;
  if (address.zoneId !== undefined) return undefined;
  return address.match(...NAT64)
    ? new ipaddr.IPv4(address.toByteArray().slice(2 * LAST_TWO_GROUPS))
    : address;
}
