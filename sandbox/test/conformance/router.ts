import type { OpenApiDocument, OpenApiOperation } from "./document.ts";

export interface Route {
  /** `METHOD /templated/path` */
  endpoint: string;
  operation: OpenApiOperation;
  /** Of the parameters in the path. */
  values: Record<string, string>;
}

/** Finds the operation of a request; a path without parameters wins over one with. */
export function router(document: OpenApiDocument): (method: string, path: string) => Route | undefined {
  const templates = Object.entries(document.paths)
    .map(([path, methods]) => ({ path, methods, pattern: pattern(path) }))
    .toSorted((one, other) => parameters(one.path) - parameters(other.path));
  return (method, path) => {
    for (const { path: template, methods, pattern } of templates) {
      const operation = methods[method.toLowerCase()];
      const match = operation && pattern.exec(path);
      if (match)
        return {
          endpoint: `${method} ${template}`,
          operation,
          values: Object.fromEntries(
            Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
          ),
        };
    }
    return undefined;
  };
}

const pattern = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);

const parameters = (path: string): number => path.split("{").length - 1;
