import type { Answer, Client } from "./client.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface Listed {
  id: string;
  permissionScope: string;
  permissionState: string;
  startDate: string;
}

export const personGrant = (value: string, ...permissions: string[]) => ({
  subjectIdentifier: { type: "Pesel", value },
  permissions,
  description: "Uprawnienie do testów",
  subjectDetails: {
    subjectDetailsType: "PersonByIdentifier",
    personById: { firstName: "Osoba", lastName: "Testowa" },
  },
});

export const authorization = (type: string, value: string, permission: string) => ({
  subjectIdentifier: { type, value },
  permission,
  description: "Uprawnienie podmiotowe",
  subjectDetails: { fullName: "Podmiot uprawniony" },
});

/** Code of a granting or revoking operation when it is over. */
export async function finished(clock: VirtualClock, client: Client, started: Answer): Promise<number> {
  if (started.status !== 202) throw new Error(`not taken: ${started.text}`);
  clock.pass(100);
  const answer = await client.call("GET", `/permissions/operations/${started.json.referenceNumber}`);
  return answer.json.status.code;
}

/** Grants by `POST /permissions/{kind}/grants` and gives the code of the operation. */
export async function grant(
  clock: VirtualClock,
  client: Client,
  kind: string,
  body: unknown,
): Promise<number> {
  return finished(clock, client, await client.call("POST", `/permissions/${kind}/grants`, body));
}

/** What `POST /permissions/query/{kind}/grants` finds. */
export async function query(client: Client, kind: string, body: unknown): Promise<Listed[]> {
  const answer = await client.call("POST", `/permissions/query/${kind}/grants?pageSize=100`, body);
  if (answer.status !== 200) throw new Error(`not answered: ${answer.text}`);
  const json = answer.json as unknown as { permissions?: Listed[]; authorizationGrants?: Listed[] };
  return json.permissions ?? json.authorizationGrants ?? [];
}
