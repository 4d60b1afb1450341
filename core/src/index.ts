export {
  createEngine,
  defaultTiming,
  type Engine,
  type EngineOptions,
  type LogEntry,
  type Timing,
} from "./engine.ts";
export {
  errorTable,
  HubError,
  toHubError,
  type Action,
  type ErrorCode,
  type Fault,
  type Upstream,
} from "./error.ts";
export { cachedExchangeRates, nbpExchangeRates, type ExchangeRates } from "./exchange-rates/index.ts";
export { examine, largestInvoice, largestSource, submit, type Intake } from "./intake.ts";
export { advance, replay } from "./lifecycle.ts";
export { Invoice } from "./model.ts";
export { normalise } from "./normalise/index.ts";
export type * from "./ports.ts";
export { Secret } from "./secret.ts";
export {
  activeStates,
  isActive,
  restingStates,
  submissionId,
  type State,
  type Submission,
  type SubmissionRef,
  type TimelineEvent,
} from "./submission.ts";
export type { SubmissionPage } from "./submissions.ts";
export { fa3From, mediaTypes, parseInvoice, type MediaType, type Source } from "./source.ts";
export { sweep } from "./sweeper.ts";
export { Tenant } from "./tenants.ts";
export { warsawDate } from "./warsaw.ts";
export { realClock } from "./adapters/embedded/clock.ts";
