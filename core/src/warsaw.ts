const format = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Warsaw", dateStyle: "short" });

/** The date in Poland, `YYYY-MM-DD`, at an instant in milliseconds since 1970: the date the law means. */
export function warsawDate(at: number): string {
  return format.format(at);
}
