import { toBytes } from './byte-string.ts';

/** A code that writes some bits as one character (RFC 4648). */
interface BitCode {
  readonly alphabet: string;
  readonly bits: number;
}

const BASE64: BitCode = {
  alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  bits: 6,
};
const BASE32: BitCode = { alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', bits: 5 };
const BYTE_BITS = 8;

/**
 * The base64 forms of a byte string wherever it stands in what was encoded: three alignments, each without the characters that
 * depend on its neighbours.
 */
export function base64Cores(byteString: string): readonly string[] {
  return [0, 1, 2].map((lead) => core(byteString, lead, BASE64));
}

/** The same for base32 and its five alignments. */
export function base32Cores(byteString: string): readonly string[] {
  return [0, 1, 2, 3, 4].map((lead) => core(byteString, lead, BASE32));
}

/** Every byte as two digits, or three in octal. */
export function digitsOf(byteString: string, radix: 8 | 10 | 16): string {
  const width = radix === 16 ? 2 : radix === 8 ? 3 : 0;
  return Array.from(toBytes(byteString), (value) => value.toString(radix).padStart(width, '0')).join('');
}

/** Neighbouring bytes exchanged, as programs that print 16-bit words show them on most machines. */
export function swapPairs(byteString: string): string {
  return byteString.replaceAll(/(.)(.)/gsu, '$2$1');
}

/** Letters moved by thirteen places. */
export function rot13(text: string): string {
  return text.replaceAll(/[a-z]/giu, (letter) => {
    const code = letter.charCodeAt(0);
    const first = code < 97 ? 65 : 97;
    return String.fromCodePoint(((code - first + 13) % 26) + first);
  });
}

/** The characters that only the string itself decides, when `lead` unknown bytes stand before it. */
function core(byteString: string, lead: number, { alphabet, bits }: BitCode): string {
  const values = toBytes(byteString);
  const first = Math.ceil((lead * BYTE_BITS) / bits);
  const last = Math.floor(((lead + values.length) * BYTE_BITS) / bits);
  let text = '';
  for (let index = first; index < last; index += 1) {
    let digit = 0;
    for (let bit = index * bits; bit < (index + 1) * bits; bit += 1) {
      const value = Number(values[Math.floor(bit / BYTE_BITS) - lead]);
      digit = digit * 2 + ((value >> (BYTE_BITS - 1 - (bit % BYTE_BITS))) & 1);
    }
    text += alphabet.charAt(digit);
  }
  return text;
}
