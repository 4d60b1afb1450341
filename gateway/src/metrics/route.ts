import { createHash, timingSafeEqual } from "node:crypto";
import { HubError, type Secret } from "@ksef-hub/core";
import type { Handler } from "hono";
import type { Prometheus } from "./prometheus.ts";

export interface MetricsAccess {
  prometheus: Prometheus;
  /** What the scraper sends as `Authorization: Bearer`; 16 characters at least, and no space. */
  token: Secret;
}

/**
 * `GET /metrics` for whoever has the token of `HUB_METRICS_TOKEN`: it shows the names of all companies and how much they
 * invoice. That a call comes from this machine is no proof, as all do behind a proxy. Throws `hub.config` when the token
 * is no such one; the handler throws `request.unauthorized`.
 */
export function metricsRoute({ prometheus, token }: MetricsAccess): Handler {
  if (!/^\S{16,}$/.test(token.reveal()))
    throw new HubError("hub.config", "HUB_METRICS_TOKEN has 16 characters at least and no space.");
  const expected = digest(token.reveal());
  return async (c) => {
    const given = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), expected))
      throw new HubError(
        "request.unauthorized",
        "Send Authorization: Bearer followed by the token of HUB_METRICS_TOKEN.",
      );
    return c.body(await prometheus.text(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "no-store",
    });
  };
}

/** Of one length, so that the comparison takes as long whatever was given. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
