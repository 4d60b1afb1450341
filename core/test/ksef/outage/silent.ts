import type { Fetch } from "../../../src/ksef/http.ts";

/** Never answers: it ends only with the signal, as the real one. */
export const silent: Fetch = (_url, { signal }) =>
  new Promise((_resolve, reject) => {
    signal!.throwIfAborted();
    signal!.addEventListener("abort", () => reject(signal!.reason as Error));
  });
