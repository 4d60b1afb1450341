import { HubError } from "../error.ts";

/**
 * Refuses with `archive.key` what is not `/`-separated segments of `[A-Za-z0-9._=-]`. So a key is a path below the
 * archive's folder and nowhere else. A segment has at most 255 bytes, which is what file systems take as a name.
 */
export function requireBlobKey(key: string): void {
  const valid =
    key.length <= 1024 && key.split("/").every((name) => segment.test(name) && !/^\.\.?$/.test(name));
  if (valid) return;
  const rule =
    "segments of A-Z a-z 0-9 . _ = - with / between them, none of them . or .., at most 1,024 bytes";
  throw new HubError("archive.key", `${JSON.stringify(key.slice(0, 100))} is not a key: use ${rule}.`);
}

const segment = /^[A-Za-z0-9._=-]{1,255}$/;
