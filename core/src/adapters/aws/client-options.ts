/** Where the clients of AWS connect. Credentials come the way every AWS tool finds them, unless they are given. */
export interface AwsConnection {
  region: string;
  /** Instead of AWS: an emulator. */
  endpoint?: string | undefined;
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
}

/**
 * The same for every client: deadlines in milliseconds on connecting, on each answer and on each silence within one, and
 * retries of the SDK that slow down by themselves while AWS throttles.
 */
export function clientOptions({ region, endpoint, credentials }: AwsConnection) {
  return {
    region,
    retryMode: "adaptive",
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
      socketTimeout: 20_000,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}
