import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

/**
 * Makes the npm package `ksef-sandbox` in `sandbox/dist`, or in the folder given, ready for `npm pack`, `npm publish` or `npx ./sandbox/dist`: Node
 * does not strip types below node_modules, so it is one bundled file, with the schemas and the scenarios beside it.
 */
const root = new URL("../", import.meta.url);
const dist = process.argv[2] === undefined ? new URL("dist/", root) : pathToFileURL(`${process.argv[2]}/`);
const at = (path: string, base: URL = root): string => fileURLToPath(new URL(path, base));
const { version } = JSON.parse(readFileSync(at("package.json"), "utf8")) as { version: string };
const libxml2 = JSON.parse(
  readFileSync(fileURLToPath(new URL("../package.json", import.meta.resolve("libxml2-wasm"))), "utf8"),
) as { version: string };

rmSync(dist, { recursive: true, force: true });
await build({
  entryPoints: [at("src/main.ts")],
  // As deep as the sources are: they find schemas and scenarios from where they are.
  outfile: at("lib/bin/ksef-sandbox.mjs", dist),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  mainFields: ["module", "main"],
  // Loads its WebAssembly from beside itself.
  external: ["libxml2-wasm"],
  // Some dependencies are CommonJS and call `require`.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  legalComments: "linked",
  logLevel: "warning",
});
cpSync(at("scenarios/"), at("scenarios/", dist), { recursive: true });
cpSync(at("../core/schemas/"), at("schemas/", dist), { recursive: true });
cpSync(at("../docs/sandbox.md"), at("README.md", dist));
writeFileSync(
  at("package.json", dist),
  `${JSON.stringify(
    {
      name: "ksef-sandbox",
      version,
      description: "A local KSeF (API 2.x) for tests and demonstrations, with faults on demand",
      type: "module",
      bin: { "ksef-sandbox": "lib/bin/ksef-sandbox.mjs" },
      dependencies: { "libxml2-wasm": libxml2.version },
      engines: { node: ">=24" },
    },
    undefined,
    2,
  )}\n`,
);
console.log(`${at("", dist)} is the package: npx ${at("", dist)}`);
