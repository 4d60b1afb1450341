import { toHubError } from "@ksef-hub/core";
import { attendConnection, type Attendance, type Connection } from "@ksef-hub/core/connect";

/** Attends to every connection, each by itself, again and again until the signal of the attendance aborts. */
export async function attendConnections(
  attendance: Attendance,
  { everyMs = 5_000 }: { everyMs?: number } = {},
): Promise<void> {
  const { engine, connections, signal } = attendance;
  const busy = new Map<string, Promise<void>>();
  const told = new Set<string>();
  const attend = async (connection: Connection): Promise<void> => {
    const { tenant, id } = connection;
    const name = `${tenant}/${id}`;
    try {
      await attendConnection(attendance, connection);
      told.delete(name);
    } catch (thrown) {
      const { code, message } = toHubError(thrown);
      // It will be the same until somebody mends it.
      if (!told.has(name))
        engine.log({ level: "error", code, message: `Connection ${id}: ${message}`, tenant });
      told.add(name);
    } finally {
      busy.delete(name);
    }
  };
  const begin = async (): Promise<void> => {
    for await (const connection of connections.all()) {
      const name = `${connection.tenant}/${connection.id}`;
      if (!busy.has(name)) busy.set(name, attend(connection));
    }
  };
  while (!signal.aborted) {
    try {
      await begin();
      told.delete(all);
    } catch (thrown) {
      // The storage does not answer: a later round makes up for it.
      const { code, message } = toHubError(thrown);
      if (!told.has(all))
        engine.log({ level: "error", code, message: `The look at connections failed: ${message}` });
      told.add(all);
    }
    await engine.clock.sleep(everyMs, signal);
  }
  await Promise.all(busy.values());
}

/** No connection has this name. */
const all = "";
