/**
 * Whether a text is a KSeF number: ten digits of the seller's NIP, the date of acceptance, twelve hexadecimal digits,
 * CRC-8 of the first 32 characters (polynomial 0x07, initial value 0). Source: ksef-docs, faktury/numer-ksef.md.
 */
export function isKsefNumber(text: string): boolean {
  return pattern.test(text) && text.slice(33) === crc8(text.slice(0, 32));
}

const pattern = /^\d{10}-\d{8}-[0-9A-F]{12}-[0-9A-F]{2}$/;

function crc8(text: string): string {
  let crc = 0;
  for (const byte of Buffer.from(text, "ascii")) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : (crc << 1) & 0xff;
  }
  return crc.toString(16).toUpperCase().padStart(2, "0");
}
