import { dirname, resolve } from "node:path";
import { syncDirectory } from "./directories.ts";

/**
 * Makes entries of the directories below `top` durable, with one fsync for all who ask while another one is under way.
 * A directory that was once made durable in the one above it stays so: from then on only its own entries are.
 */
export function sharedSync(top: string, fsync: Sync = syncDirectory): Sync {
  const last = resolve(top);
  const settled = new Set<string>();
  const sync = oneAtATime(fsync);

  const entriesOf = async (directory: string): Promise<void> => {
    const above = dirname(directory);
    if (directory === last || directory === above || settled.has(directory)) return sync(directory);
    await Promise.all([sync(directory), entriesOf(above)]);
    // Forgetting costs an fsync, remembering memory: most directories are of one invoice.
    if (settled.size >= mostSettled) settled.clear();
    settled.add(directory);
  };
  return (path) => entriesOf(resolve(path));
}

type Sync = (path: string) => Promise<void>;

interface Round {
  running: Promise<void>;
  next?: Promise<void>;
}

const mostSettled = 10_000;

/** Whoever asks while an fsync is under way shares the next one: the one under way may have begun too early. */
function oneAtATime(fsync: Sync): Sync {
  const rounds = new Map<string, Round>();

  const begin = (directory: string): Promise<void> => {
    const round: Round = { running: fsync(directory) };
    const ended = () => {
      if (round.next === undefined) rounds.delete(directory);
    };
    rounds.set(directory, round);
    round.running.then(ended, ended);
    return round.running;
  };
  return (directory) => {
    const round = rounds.get(directory);
    if (round === undefined) return begin(directory);
    const after = () => begin(directory);
    return (round.next ??= round.running.then(after, after));
  };
}
