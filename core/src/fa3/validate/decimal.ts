import { Big } from "big.js";

/**
 * An exact decimal number: an integer with a number of decimal places while the integer is a safe one, a `Big` beyond
 * that. The rules calculate with nearly every number of an invoice, and integers do that many times faster than `Big`.
 */
export class Decimal {
  /** `NaN` when only `#big` has the value: whatever is calculated with it is no safe integer either. */
  private readonly units: number;
  private readonly places: number;
  private readonly large: Big | undefined;

  constructor(units: number, places = 0, large?: Big) {
    this.units = units;
    this.places = places;
    this.large = large;
  }

  plus(other: Decimal): Decimal {
    const places = Math.max(this.places, other.places);
    const sum = this.places === other.places ? this.units + other.units : this.at(places) + other.at(places);
    return Number.isSafeInteger(sum) ? new Decimal(sum, places) : ofBig(this.big().plus(other.big()));
  }

  minus(other: Decimal): Decimal {
    return this.plus(other.negative());
  }

  times(other: Decimal): Decimal {
    const product = this.units * other.units;
    if (!Number.isSafeInteger(product)) return ofBig(this.big().times(other.big()));
    return new Decimal(product, this.places + other.places);
  }

  percent(): Decimal {
    return this.times(hundredth);
  }

  /** To 20 decimal places. */
  div(divisor: number): Decimal {
    return ofBig(this.big().div(divisor));
  }

  negative(): Decimal {
    return new Decimal(-this.units, this.places, this.large?.neg());
  }

  /** Below zero when it is less than the other, zero when they are equal. */
  compare(other: Decimal): number {
    const places = Math.max(this.places, other.places);
    const difference = this.at(places) - other.at(places);
    return Number.isNaN(difference) ? this.big().cmp(other.big()) : difference;
  }

  /** Whether they differ by no more than `slack`. */
  near(other: Decimal, slack: Decimal): boolean {
    const places = Math.max(this.places, other.places, slack.places);
    const difference = Math.abs(this.at(places) - other.at(places));
    const most = slack.at(places);
    if (Number.isSafeInteger(difference) && Number.isSafeInteger(most)) return difference <= most;
    return this.big().minus(other.big()).abs().lte(slack.big());
  }

  /** Two decimal places, rounded half up. */
  toMoney(): string {
    return this.big().toFixed(2);
  }

  toString(): string {
    return this.big().toFixed();
  }

  private big(): Big {
    return this.large ?? new Big(`${this.units}e-${this.places}`);
  }

  /** The integer at that many places, `NaN` when it is not a safe one. */
  private at(places: number): number {
    const units = this.units * (powers[places - this.places] ?? Number.NaN);
    return Number.isSafeInteger(units) ? units : Number.NaN;
  }
}

/** The number of a text; undefined when the schema would not take it: at most 16 digits and 8 decimal places. */
export function decimalOf(text: string): Decimal | undefined {
  const start = text.startsWith("-") ? 1 : 0;
  let units = 0;
  let point = text.length;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit >= 0 && digit <= 9) units = units * 10 + digit;
    else if (digit === -2 && point === text.length) point = at;
    else return undefined;
  }
  const places = Math.max(text.length - point - 1, 0);
  if (point === start || point - start > 16 || places > 8 || point === text.length - 1) return undefined;
  if (!Number.isSafeInteger(units)) return ofBig(new Big(text));
  return new Decimal(start === 1 ? -units : units, places);
}

const ofBig = (value: Big): Decimal => new Decimal(Number.NaN, 0, value);
const powers = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const hundredth = new Decimal(1, 2);
export const zero = new Decimal(0);
