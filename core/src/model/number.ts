import { pattern } from "./text.ts";
import { sentence } from "./sentence.ts";

/*
 * Exact decimal strings with a point, never JavaScript numbers: "1234.50", "-0.01", "100". No exponent, no plus sign,
 * no leading zeros, no thousands separators. The digits are those of the official types.
 */

/** Money: up to 16 digits before the point and 2 after it. */
export const amount = () =>
  pattern(
    /^-?([1-9]\d{0,15}|0)(\.\d{1,2})?$/,
    sentence(
      'An amount is a decimal string such as "1234.50": at most 16 digits, a point, at most 2 digits.',
      'Kwota to liczba dziesiętna w cudzysłowie, np. "1234.50": najwyżej 16 cyfr, kropka, najwyżej 2 cyfry.',
    ),
  );

/** A unit price or a discount: up to 14 digits before the point and 8 after it. */
export const price = () =>
  pattern(
    /^-?([1-9]\d{0,13}|0)(\.\d{1,8})?$/,
    sentence(
      'A price is a decimal string such as "0.12345678": at most 14 digits, a point, at most 8 digits.',
      'Cena to liczba dziesiętna w cudzysłowie, np. "0.12345678": najwyżej 14 cyfr, kropka, najwyżej 8 cyfr.',
    ),
  );

/** A quantity or a rate of exchange: up to 16 digits before the point and 6 after it. */
export const quantity = () =>
  pattern(
    /^-?([1-9]\d{0,15}|0)(\.\d{1,6})?$/,
    sentence(
      'This is a decimal string such as "4.2567": at most 16 digits, a point, at most 6 digits.',
      'To liczba dziesiętna w cudzysłowie, np. "4.2567": najwyżej 16 cyfr, kropka, najwyżej 6 cyfr.',
    ),
  );

/** A percentage from 0 to 100 with up to 6 digits after the point. */
export const percentage = () =>
  pattern(
    /^(100(\.0{1,6})?|(0|[1-9]\d?)(\.\d{1,6})?)$/,
    sentence(
      'A percentage is a decimal string from "0" to "100" with at most 6 digits after the point.',
      'Procent to liczba dziesiętna w cudzysłowie od "0" do "100", najwyżej 6 cyfr po kropce.',
    ),
  );
