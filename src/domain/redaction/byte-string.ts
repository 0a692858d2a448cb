/** Text as a byte string: one character for each byte of its UTF-8 form, so that any secret can be taken apart by bytes. */
export function toByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (value) => String.fromCodePoint(value)).join('');
}

/** The bytes of a byte string. */
export function toBytes(byteString: string): Uint8Array {
  return Uint8Array.from(byteString, (character) => character.charCodeAt(0));
}
