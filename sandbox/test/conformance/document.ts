import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface OpenApiSchema {
  $ref?: string;
  allOf?: OpenApiSchema[];
  type?: string;
  nullable?: boolean;
  enum?: unknown[];
  properties?: Record<string, OpenApiSchema>;
  required?: string[];
  items?: OpenApiSchema;
  additionalProperties?: OpenApiSchema;
  readOnly?: boolean;
  minimum?: number;
  exclusiveMinimum?: boolean;
  [other: string]: unknown;
}

export interface OpenApiParameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: OpenApiSchema;
  description?: string;
}

export type OpenApiContent = Record<string, { schema: OpenApiSchema }>;

export interface OpenApiResponse {
  description?: string;
  content?: OpenApiContent;
  headers?: Record<string, { schema: OpenApiSchema }>;
}

export interface OpenApiOperation {
  parameters?: OpenApiParameter[];
  requestBody?: { required?: boolean; content: OpenApiContent };
  responses: Record<string, OpenApiResponse>;
  security?: unknown[];
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, OpenApiSchema> };
}

/** What KSeF publishes about its API, OpenAPI 3.0.4; undefined where it is not at hand. */
export const document: OpenApiDocument | undefined = read();

/** Said where tests need the document and it is not there. */
export const absence =
  "KSeF's OpenAPI document (../shared/ksef/openapi-2.7.0.json) is not there: traffic is not held to it.";

function read(): OpenApiDocument | undefined {
  const file = fileURLToPath(new URL("../../../../shared/ksef/openapi-2.7.0.json", import.meta.url));
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as OpenApiDocument) : undefined;
}
