import { dirname, resolve } from "node:path";
import { syncDirectory } from "./directories.ts";

/**
 * Makes entries of the directories below `top` durable, with one fsync for all who ask while another one is under way.
 * A directory that was once made durable in the one above it stays so: from then on only its own entries are.
 */
export function sharedSync(top: string): (path: string) => Promise<void> {
  const last = resolve(top);
  const settled = new Set<string>();
  const rounds = new Map<string, Round>();

  const entriesOf = async (directory: string): Promise<void> => {
    const above = dirname(directory);
    if (directory === last || directory === above || settled.has(directory)) return sync(rounds, directory);
    await Promise.all([sync(rounds, directory), entriesOf(above)]);
    // Forgetting costs an fsync, remembering memory: most directories are of one invoice.
    if (settled.size >= mostSettled) settled.clear();
    settled.add(directory);
  };
  return (path) => entriesOf(resolve(path));
}

interface Round {
  /** An fsync that may have begun before the entry was there. */
  running: Promise<void>;
  /** One that has not begun. */
  next: Promise<void> | undefined;
}

const mostSettled = 10_000;

function sync(rounds: Map<string, Round>, directory: string): Promise<void> {
  const round = rounds.get(directory);
  if (round === undefined) return begin(rounds, directory);
  const after = () => begin(rounds, directory);
  return (round.next ??= round.running.then(after, after));
}

function begin(rounds: Map<string, Round>, directory: string): Promise<void> {
  const round: Round = { running: syncDirectory(directory), next: undefined };
  rounds.set(directory, round);
  const ended = () => {
    if (round.next === undefined) rounds.delete(directory);
  };
  round.running.then(ended, ended);
  return round.running;
}
