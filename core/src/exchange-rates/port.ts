/** A mid rate of table A: how many PLN one unit of the currency is worth. */
export interface ExchangeRate {
  /** Exactly as published, a decimal string: "4.2934". */
  rate: string;
  /** Number of the table: "064/A/NBP/2024". */
  table: string;
  /** The day the table was published, `YYYY-MM-DD`. */
  date: string;
}

/** Where the mid rates of the National Bank of Poland come from. */
export interface ExchangeRates {
  /**
   * The mid rate of table A published last before this day (`YYYY-MM-DD`): by art. 31a(1) of the VAT act, that of the
   * last working day before it. The answer for a day never changes. Throws `rates.unreachable` while it cannot be had,
   * also because the table is not published yet, and `rates.unknown` for a currency that table A does not have.
   */
  rate(currency: string, dayBefore: string): Promise<ExchangeRate>;
}
