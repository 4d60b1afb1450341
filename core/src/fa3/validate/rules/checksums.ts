/** NIP: the tenth digit is the weighted sum of the nine before it modulo 11. */
export function isNip(nip: string): boolean {
  if (!/^\d{10}$/.test(nip)) return false;
  const weights = [6, 5, 7, 2, 3, 4, 5, 6, 7];
  const sum = weights.reduce((total, weight, index) => total + weight * Number(nip[index]), 0);
  return sum % 11 === Number(nip[9]);
}

/** The last digit of an internal identifier: weights 1 and 3 in turn over the 14 before it. Source: ksef-client-csharp. */
export function isInternalId(id: string): boolean {
  const digits = id.replace("-", "");
  if (!/^\d{15}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < 14; index++) sum += Number(digits[index]) * (index % 2 === 0 ? 1 : 3);
  return sum % 10 === Number(digits[14]);
}

/** IBAN, ISO 13616: country and check digits moved to the end, letters as 10 to 35, modulo 97 is 1. */
export function isIban(iban: string): boolean {
  const digits = (iban.slice(4) + iban.slice(0, 4)).replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  return /^\d+$/.test(digits) && BigInt(digits) % 97n === 1n;
}

/** The last two characters of a KSeF number: CRC-8 (0x07, start 0) of the 32 before them. Source: ksef-docs, numer-ksef.md. */
export function isKsefNumber(number: string): boolean {
  if (number.length !== 35) return false;
  let crc = 0;
  for (const character of number.slice(0, 32)) {
    crc ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc.toString(16).toUpperCase().padStart(2, "0") === number.slice(33);
}
