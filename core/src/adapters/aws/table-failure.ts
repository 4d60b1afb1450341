import { HubError } from "../../error.ts";
import { awsFailure } from "./failure.ts";

/** What DynamoDB answers; `ResourceNotFoundException` is of the table and never of an item. */
export async function answered<Answer>(answer: Promise<Answer>, tableName: string): Promise<Answer> {
  try {
    return await answer;
  } catch (thrown) {
    throw tableFailure(thrown, tableName);
  }
}

/** As `awsFailure`, and `storage.missing` for a table that is not there. */
export function tableFailure(thrown: unknown, tableName: string): unknown {
  const what = `the table ${tableName}`;
  if (!(thrown instanceof Error) || thrown.name !== "ResourceNotFoundException")
    return awsFailure(thrown, what);
  const message = `AWS does not have ${what}: ${thrown.name}: ${thrown.message}.`;
  return new HubError("storage.missing", message, { cause: thrown });
}
