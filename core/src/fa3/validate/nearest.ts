/** The candidate a person most likely meant, if one is close enough; case, dots and underscores count for nothing. */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(written.length / 3)) + 0.5;
  for (const candidate of candidates) {
    const distance =
      plain(written) === plain(candidate)
        ? 0
        : editDistance(plain(written), plain(candidate)) + affinity(written, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** A small push towards the candidate that begins the same way: of P_14 and P_15, `P_1` says nothing, `P_15a` does. */
const affinity = (written: string, candidate: string): number =>
  written.startsWith(candidate) || candidate.startsWith(written) ? -0.4 : 0;

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
