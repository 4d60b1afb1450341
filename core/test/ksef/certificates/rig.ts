import { createSandbox, type Sandbox } from "../../../../sandbox/src/index.ts";
import { judge } from "../../../../sandbox/test/conformance/judge.ts";
import { virtualClock, type VirtualClock } from "../../../../sandbox/test/virtual-clock.ts";
import { defaultTiming } from "../../../src/engine.ts";
import { certificateHolder, type Holder } from "../../../src/ksef/certificates/holder.ts";
import type { Item, Key, Secrets, Table } from "../../../src/ports.ts";
import { Secret } from "../../../src/secret.ts";
import { tenantsOn } from "../../../src/tenants.ts";

export const nip = "5265877635";

/** The process is gone: everything it tries from now on fails. */
export class Crash extends Error {}

/** Lets everything pass up to a step, by its number or name, then crashes: before the step has an effect or after it. */
export class Fuse {
  readonly steps: string[] = [];
  readonly #last: number | string;
  readonly #when: "before" | "after";
  #blown = false;

  constructor(last: number | string = Infinity, when: "before" | "after" = "after") {
    this.#last = last;
    this.#when = when;
  }

  async step<T>(name: string, run: () => T | Promise<T>): Promise<T> {
    if (this.#blown) throw new Crash(`gone before ${name}`);
    this.#blown = this.#last === this.steps.length || this.#last === name;
    this.steps.push(name);
    if (this.#blown && this.#when === "before") throw new Crash(`crashed before ${name}`);
    const result = await run();
    if (this.#blown) throw new Crash(`crashed after ${name}`);
    return result;
  }
}

/** A tenant `acme` at a sandbox, whose storage outlives the crashes of the holder. */
export class Rig {
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly items = new Map<string, Item>();
  readonly kept = new Map<string, Secret>();

  private constructor(sandbox: Sandbox, clock: VirtualClock) {
    [this.sandbox, this.clock] = [sandbox, clock];
  }

  static async open({ byToken = false } = {}): Promise<Rig> {
    const clock = virtualClock();
    const sandbox = await createSandbox({ clock, limits: "off", baseUrl: "http://sandbox/v2" });
    judge(sandbox);
    const rig = new Rig(sandbox, clock);
    await rig.#begin(byToken);
    return rig;
  }

  /** A hub that begins anew at the same sandbox, which has forgotten everything but its keys and companies. */
  async again(): Promise<Rig> {
    this.sandbox.reset();
    const rig = new Rig(this.sandbox, this.clock);
    await rig.#begin(false);
    return rig;
  }

  async #begin(byToken: boolean): Promise<void> {
    const { certificatePem, privateKeyPem, ksefToken } = await this.sandbox.company(nip);
    await tenantsOn(this.table(new Fuse()), this.secrets(new Fuse())).save(
      { id: "acme", nip, environment: "http://sandbox/v2", createdAt: 0 },
      byToken
        ? { kind: "token", token: new Secret(ksefToken) }
        : { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    );
  }

  /** The hub's process as far as certificates go, until the fuse blows. */
  holder(fuse = new Fuse()): Promise<Holder> {
    const [table, secrets] = [this.table(fuse), this.secrets(fuse)];
    const tenants = tenantsOn(table, secrets);
    return certificateHolder(
      { table, secrets, clock: this.clock, tenants, timing: defaultTiming },
      "acme",
      (url, init) =>
        fuse.step(`${init.method} ${new URL(url).pathname}`, () => this.sandbox.app.request(url, init)),
    );
  }

  /** The requests for a certificate that KSeF has taken. */
  enrolments(): number {
    return this.sandbox.ledger
      .requests()
      .filter(
        ({ method, path, status }) => method === "POST" && path.endsWith("/enrollments") && status === 202,
      ).length;
  }

  table(fuse: Fuse): Table {
    const { items } = this;
    return {
      get: async (key) => items.get(id(key)),
      put: (item, expected) =>
        fuse.step(`put ${item.sk}`, () => {
          if ((items.get(id(item))?.version ?? 0) !== expected) return false;
          items.set(id(item), { ...structuredClone(item), version: expected + 1 });
          return true;
        }),
      delete: () => Promise.reject(new Error("nothing is deleted from the ledger")),
      query: () => Promise.reject(new Error("nothing is looked for on the ledger")),
    };
  }

  secrets(fuse: Fuse): Secrets {
    const { kept } = this;
    return {
      get: async (name) => kept.get(name),
      put: (name, value) =>
        fuse.step(`keep ${name.replace(/-.{36}$/, "")}`, () => void kept.set(name, value)),
      delete: (name) => fuse.step(`forget ${name.replace(/-.{36}$/, "")}`, () => void kept.delete(name)),
    };
  }
}

const id = ({ pk, sk }: Key): string => `${pk} ${sk}`;
