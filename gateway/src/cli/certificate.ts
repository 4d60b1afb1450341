import { type Engine, warsawDate } from "@ksef-hub/core";
import {
  type Alarm,
  certificateHolder,
  enrolOnce,
  expiryAlarms,
  heldBy,
  type Holder,
  type Order,
  renew,
} from "@ksef-hub/core/ksef";
import { type Command, need, optionsOf, refusePositionals, WrongUsage } from "./command.ts";
import { dataOption, dataUsage, onEngine } from "./on-engine.ts";
import { jsonText } from "./terminal.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const listOptions = { ...dataOption, tenant: text, json: flag };
const orderOptions = { ...listOptions, type: text, key: text, name: text };

const orderUsage = `  --tenant ID  the company, as "tenant list" shows it; it must log in with a certificate, not by KSeF token
  --type TYPE  authentication, to log in with (when left out), or offline, for the second QR code of offline invoices
  --key KIND   ec (P-256, when left out) or rsa (2048 bits)
  --name TEXT  what KSeF lists it under: 5 to 100 letters, digits, spaces, - and _
  --json       prints what the company holds then as JSON`;

/** Lists what a company logs in with and vouches for invoices with, and when it ends. */
export const certificateList: Command = {
  name: "certificate list",
  summary: "lists the KSeF certificates of a company and when they end",
  usage: `Usage: npm run hub -- certificate list --data DIR --tenant ID [--json]

Lists what a company logs in to KSeF with and vouches for offline invoices with, one a line: use, serial number, last
day, days left, and from 30 days before the end how pressing it is.

  --tenant ID  the company, as "tenant list" shows it
  --json       prints JSON
${dataUsage}`,
  run(args) {
    const { values, positionals } = optionsOf(args, listOptions);
    refusePositionals(positionals);
    const tenant = need("tenant", values.tenant);
    return onEngine(values.data, async (engine) => {
      await print(await certificateHolder(engine, tenant), values.json);
    });
  },
};

/** Asks KSeF for a certificate, or finishes what was begun. */
export const certificateEnrol: Command = {
  name: "certificate enrol",
  summary: "asks KSeF for a certificate for a company and puts it to use",
  usage: `Usage: npm run hub -- certificate enrol --data DIR --tenant ID [--type authentication|offline] [--key ec|rsa]
           [--name TEXT] [--json]

Asks KSeF for a certificate for a company, with the login it has, and puts it to use. If it was interrupted, it goes on
where it stopped: run it again.

${orderUsage}
${dataUsage}`,
  run(args) {
    const { values, positionals } = optionsOf(args, orderOptions);
    refusePositionals(positionals);
    const order = orderOf(values);
    return withHolder(values, async (holder) => {
      const enrolled = await enrolOnce(holder, order);
      if (!enrolled) console.error(`There is one already; "certificate renew" replaces it.`);
      await print(holder, values.json);
    });
  },
};

/** Replaces a certificate when it is time. */
export const certificateRenew: Command = {
  name: "certificate renew",
  summary: "replaces a KSeF certificate of a company when it is time",
  usage: `Usage: npm run hub -- certificate renew --data DIR --tenant ID [--type authentication|offline] [--key ec|rsa]
           [--name TEXT] [--now] [--json]

Replaces a KSeF certificate from 30 days before its end on. The old one stays in use until KSeF has let the company log
in with the new one. If it was interrupted, it goes on where it stopped: run it again.

${orderUsage}
  --now        replaces it even if it is not time yet
${dataUsage}`,
  run(args) {
    const { values, positionals } = optionsOf(args, { ...orderOptions, now: flag });
    refusePositionals(positionals);
    const order = { ...orderOf(values), early: values.now ?? false };
    return withHolder(values, async (holder) => {
      const renewed = await renew(holder, order);
      if (!renewed) console.error("It is not time to renew it yet; --now does it anyway.");
      await print(holder, values.json);
    });
  },
};

interface Values {
  data?: string | undefined;
  tenant?: string | undefined;
  type?: string | undefined;
  key?: string | undefined;
  name?: string | undefined;
  json?: boolean | undefined;
}

function orderOf({ type = "authentication", key = "ec", name }: Values): Order {
  const types = { authentication: "Authentication", offline: "Offline" } as const;
  if (type !== "authentication" && type !== "offline")
    throw new WrongUsage(`--type is authentication or offline, not "${type}".`);
  if (key !== "ec" && key !== "rsa") throw new WrongUsage(`--key is ec or rsa, not "${key}".`);
  return { type: types[type], key, name };
}

function withHolder({ data, tenant }: Values, work: (holder: Holder) => Promise<void>): Promise<number> {
  const id = need("tenant", tenant);
  return onEngine(data, async (engine: Engine) => work(await certificateHolder(engine, id)));
}

async function print(holder: Holder, json = false): Promise<void> {
  const alarms = expiryAlarms(await heldBy(holder), holder.clock.now());
  if (json) process.stdout.write(jsonText(alarms.map(view)));
  else for (const alarm of alarms) console.log(line(alarm));
}

function view(alarm: Alarm) {
  const validTo = new Date(alarm.validTo).toISOString();
  if (alarm.what === "token") return { ...alarm, validTo };
  return { ...alarm, validFrom: new Date(alarm.validFrom).toISOString(), validTo };
}

function line(alarm: Alarm): string {
  const { what, validTo, daysLeft, severity } = alarm;
  const serialNumber = alarm.what === "token" ? "-" : alarm.serialNumber;
  const parts = [names[what], serialNumber, `until ${warsawDate(validTo - 1)}`, `${daysLeft} days left`];
  return [...parts, ...(severity === "none" ? [] : [severity])].join("\t");
}

const names: Record<Alarm["what"], string> = {
  Authentication: "login",
  next: "next login",
  Offline: "offline",
  token: "KSeF token",
};
