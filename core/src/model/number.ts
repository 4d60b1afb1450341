import { pattern } from "./text.ts";

/*
 * Exact decimal strings with a point, never JavaScript numbers: "1234.50", "-0.01", "100". No exponent, no plus sign,
 * no leading zeros, no thousands separators. The digits are those of the official types.
 */

/** Money: up to 16 digits before the point and 2 after it. */
export const amount = () =>
  pattern(
    /^-?([1-9]\d{0,15}|0)(\.\d{1,2})?$/,
    'An amount is a decimal string such as "1234.50": at most 16 digits, a point, at most 2 digits.',
  );

/** A unit price or a discount: up to 14 digits before the point and 8 after it. */
export const price = () =>
  pattern(
    /^-?([1-9]\d{0,13}|0)(\.\d{1,8})?$/,
    'A price is a decimal string such as "0.12345678": at most 14 digits, a point, at most 8 digits.',
  );

/** A quantity or a rate of exchange: up to 16 digits before the point and 6 after it. */
export const quantity = () =>
  pattern(
    /^-?([1-9]\d{0,15}|0)(\.\d{1,6})?$/,
    'This is a decimal string such as "4.2567": at most 16 digits, a point, at most 6 digits.',
  );

/** A percentage from 0 to 100 with up to 6 digits after the point. */
export const percentage = () =>
  pattern(
    /^(100(\.0{1,6})?|(0|[1-9]\d?)(\.\d{1,6})?)$/,
    'A percentage is a decimal string from "0" to "100" with at most 6 digits after the point.',
  );
