import { activeStates, type CompanyState, type Engine, type Observer } from "@ksef-hub/core";

/**
 * How KSeF and the hub work for one company, for people and monitors. Instants in ISO 8601; what was read from the ledger
 * was so at `readAt`, some seconds ago at most as a rule.
 *
 * `status` is `attention` when a person has to do something: the login fails, a certificate has a day left or less,
 * invoices are held or dead, or past their offline deadline. `waiting`: KSeF does not work, and the invoices wait for it;
 * or else `ok`. `ksef.outages` go on or are announced. `limits` is the share of the hour's requests that is left, by
 * group. Of `invoices`, `capped` says that there are more than were counted. Without number, NIP or key.
 */
export async function health(engine: Engine, observer: Observer, tenantId: string) {
  const state = await observer.of(tenantId);
  const environment = (await engine.tenants.get(tenantId))?.environment ?? state.environment;
  const now = engine.clock.now();
  const outages = (await engine.outages.list(environment))
    .filter(({ endedAt = Infinity }) => endedAt > now)
    .map(({ kind, startedAt, endedAt }) => ({
      kind,
      startedAt: iso(startedAt),
      ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
      goesOn: startedAt <= now,
    }));
  const breaker = engine.breaker(environment).state;
  return {
    status: statusOf(state, breaker !== "closed" || outages.some(({ goesOn }) => goesOn)),
    tenant: state.tenant,
    environment: state.environment,
    readAt: iso(state.readAt),
    ksef: { breaker, outages },
    login: loginView(state),
    certificates: state.certificates.map(({ what, validTo, daysLeft, severity }) => ({
      what,
      validTo: iso(validTo),
      daysLeft,
      severity,
    })),
    limits: state.headRoom,
    invoices: {
      counts: state.counts,
      unfinished: activeStates.reduce((sum, each) => sum + state.counts[each], 0),
      capped: state.capped,
      ...(state.oldestSince === undefined
        ? {}
        : {
            oldestSince: iso(state.oldestSince),
            oldestSeconds: Math.floor((now - state.oldestSince) / 1_000),
          }),
    },
    offline: offlineView(state, now),
  };
}

function statusOf({ login, certificates, counts, offline }: CompanyState, isDown: boolean) {
  const ends = certificates.some(({ severity }) => severity === "critical" || severity === "expired");
  const stopped = counts.held + counts.dead + offline.overdue > 0;
  if (login.state === "fails" || ends || stopped) return "attention";
  return isDown ? "waiting" : "ok";
}

function loginView({ login }: CompanyState) {
  return login.state === "unknown" ? login : { ...login, at: iso(login.at) };
}

function offlineView({ offline: { nextDeadline, overdue } }: CompanyState, now: number) {
  if (nextDeadline === undefined) return { overdue };
  const minutesLeft = Math.floor((nextDeadline - now) / 60_000);
  return { overdue, nextDeadline: iso(nextDeadline), minutesLeft };
}

const iso = (at: number): string => new Date(at).toISOString();
