import type { Attributes, BatchObservableResult, Meter, ObservableGauge } from "@opentelemetry/api";
import type { BreakerState } from "../ksef/outage/breaker.ts";
import type { CompanyState } from "./company.ts";
import type { Observations } from "./observations.ts";
import { waitingStates } from "./waiting.ts";

/**
 * What is measured only when somebody looks. A series that has ended, or cannot be read now, becomes NaN: an SDK would go
 * on showing its last value for good.
 */
export function gaugesOn(meter: Meter): (read: () => Promise<Observations>) => () => void {
  const gauge = (name: string, unit: string, description: string): ObservableGauge =>
    meter.createObservableGauge(`ksef_hub_${name}`, { unit, description });
  const gauges = {
    submissions: gauge("submissions", "{submission}", "Submissions by state; finished ones are not counted"),
    capped: gauge("submissions_capped", "1", "1 when there are more submissions than were counted"),
    oldest: gauge("oldest_submission_age_seconds", "s", "Age of the oldest unfinished submission, or 0"),
    headRoom: gauge("ksef_window_headroom_ratio", "1", "Share of KSeF's requests of the hour that is left"),
    breaker: gauge("ksef_breaker_state", "1", "Circuit breaker: 0 closed, 1 half-open, 2 open"),
    login: gauge("ksef_login_up", "1", "1 when the last login to KSeF worked, 0 when it failed"),
    certificate: gauge("ksef_certificate_remaining_seconds", "s", "Time until it ends, below 0 when over"),
    deadline: gauge("offline_deadline_remaining_seconds", "s", "Time until the next offline deadline ends"),
    overdue: gauge("offline_overdue", "{submission}", "Offline invoices not in KSeF after their deadline"),
    deadLetters: gauge("dead_letters", "{job}", "Bells nobody could answer, up to a thousand"),
    complete: gauge("observation_complete", "1", "0 when the state of a company could not be read"),
  };
  type Observe = (name: keyof typeof gauges, value: number, attributes?: Attributes) => void;

  const company = (observe: Observe, state: CompanyState): void => {
    const { tenant, environment, readAt, counts, headRoom, certificates, login, offline } = state;
    const whose = { tenant, environment };
    for (const name of waitingStates) observe("submissions", counts[name], { ...whose, state: name });
    observe("capped", state.capped ? 1 : 0, whose);
    observe("oldest", (readAt - (state.oldestSince ?? readAt)) / 1_000, whose);
    for (const [group, left] of Object.entries(headRoom)) observe("headRoom", left, { ...whose, group });
    for (const { what, validTo } of certificates)
      observe("certificate", (validTo - readAt) / 1_000, { ...whose, certificate: what });
    if (login.state !== "unknown") observe("login", login.state === "works" ? 1 : 0, whose);
    if (offline.nextDeadline !== undefined)
      observe("deadline", (offline.nextDeadline - readAt) / 1_000, whose);
    observe("overdue", offline.overdue, whose);
  };

  const hub = (observe: Observe, { companies, breakers, deadLetters, complete }: Observations): void => {
    for (const each of companies) company(observe, each);
    for (const { environment, state } of breakers) observe("breaker", breakerNumbers[state], { environment });
    observe("deadLetters", deadLetters);
    observe("complete", complete ? 1 : 0);
  };

  return (read) => {
    const shown = new Map<string, [keyof typeof gauges, Attributes]>();

    const callback = async (result: BatchObservableResult): Promise<void> => {
      const ended = new Map(shown);
      const observe: Observe = (name, value, attributes = {}) => {
        const series = `${name} ${JSON.stringify(attributes)}`;
        ended.delete(series);
        shown.set(series, [name, attributes]);
        result.observe(gauges[name], value, attributes);
      };
      // Whoever reads says why it failed.
      const seen = await read().catch(() => undefined);
      if (seen === undefined) observe("complete", 0);
      else hub(observe, seen);
      for (const [name, attributes] of ended.values()) result.observe(gauges[name], NaN, attributes);
    };

    const observables = Object.values(gauges);
    meter.addBatchObservableCallback(callback, observables);
    return () => meter.removeBatchObservableCallback(callback, observables);
  };
}

const breakerNumbers: Record<BreakerState, number> = { closed: 0, "half-open": 1, open: 2 };
