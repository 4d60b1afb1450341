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
export type { Explanation } from "./explain/explain.ts";
export { explainNow } from "./explain/explain-now.ts";
export { steps } from "./explain/steps.ts";
export { examine, largestInvoice, largestSource, submit, type Intake } from "./intake.ts";
export { deadlineAlarms, midnightWarnings, reportTimes } from "./issuing/alarms.ts";
export { codesOf, type Codes } from "./issuing/codes.ts";
export { correctionOf, originalOf } from "./issuing/corrections.ts";
export { deadlineOf, outagesOf } from "./issuing/deadline.ts";
export { correctTechnically } from "./issuing/technical-correction.ts";
export { createDispatcher, type Dispatcher, type Ring } from "./dispatch/index.ts";
export { replay } from "./lifecycle.ts";
export type { CompanyState } from "./metrics/company.ts";
export { environmentNames } from "./metrics/environment-name.ts";
export { engineMetrics, type EngineMetrics } from "./metrics/metrics.ts";
export { observations, type Observations, type Observer } from "./metrics/observations.ts";
export { Invoice } from "./model.ts";
export { normalise } from "./normalise/index.ts";
export type * from "./ports.ts";
export { ReconcileOrder } from "./reconcile/order.ts";
export {
  reconcile,
  type Reconciled,
  type ReconcileOptions,
  type ReconcileProgress,
} from "./reconcile/reconcile.ts";
export type { Finding } from "./reconcile/run.ts";
export { replayAll, ReplayFilter, type Replayed, type ReplayOptions, type ReplayOutcome } from "./replay.ts";
export { Secret } from "./secret.ts";
export {
  activeStates,
  isActive,
  offlineModes,
  restingStates,
  submissionId,
  type State,
  type Submission,
  type SubmissionRef,
  type TimelineEvent,
} from "./submission.ts";
export { reportStuck, stuckSubmissions, type Stuck } from "./stuck.ts";
export type { SubmissionPage } from "./submissions.ts";
export { fa3From, mediaTypes, parseInvoice, type MediaType, type Source } from "./source.ts";
export { sweep } from "./sweeper.ts";
export { Tenant } from "./tenants.ts";
export { nextAlarms, type TenantAlarm } from "./upkeep/next-alarms.ts";
export { upkeep, type UpkeepOptions } from "./upkeep/upkeep.ts";
export { warsawDate } from "./warsaw.ts";
export { realClock } from "./adapters/clock.ts";
export {
  contractVersion,
  type Connector,
  type Host,
  type OAuth,
  type Outcome,
  type Ref,
  type Source as ConnectorSource,
  type SourceDocument,
  type VendorLimits,
  type WebhookRequest,
} from "./connector.ts";
export type { Draft, DraftLine } from "./connect/draft.ts";
export { secret } from "./connect/secret-field.ts";
export { vendorError, type VendorAnswer } from "./connect/vendor-error.ts";
