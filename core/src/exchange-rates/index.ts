export { cachedExchangeRates } from "./cached.ts";
export { nbpExchangeRates, type NbpOptions } from "./nbp.ts";
export type { ExchangeRate, ExchangeRates } from "./port.ts";
