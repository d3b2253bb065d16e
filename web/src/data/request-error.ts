/** An error of an operation, as the gateway sends it. */
interface OperationError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: {
    readonly code?: string;
    readonly causes?: readonly FieldCause[];
    readonly retryAfterSeconds?: number;
  };
}

/** One cause of an error. `field` is the path of an input field, such as `input.volumes.data[0].claimName`. */
interface FieldCause {
  readonly field?: string;
  readonly message: string;
}

/** A query or mutation that failed. */
export class RequestError extends Error {
  readonly errors: readonly OperationError[];

  constructor(errors: readonly OperationError[]) {
    super(errors[0]?.message ?? 'Expected data of the gateway, got none.');
    this.name = 'RequestError';
    this.errors = errors;
  }

  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }

  /** Causes of all errors. */
  get causes(): readonly FieldCause[] {
    return this.errors.flatMap(({ extensions }) => extensions?.causes ?? []);
  }
}

/**
 * Returns the data of a response. A proxy that signs users in answers 401 without the gateway's JSON when the session has ended.
 * @throws {RequestError} with the errors of the response, or with one about what it is instead
 */
export async function resultOf<Result>(response: Response): Promise<Result> {
  const body: { readonly data?: Result; readonly errors?: RequestError['errors'] } = await response
    .json()
    .catch(() => ({
      errors:
        response.status === 401 ? [] : [{ message: `Expected JSON of the gateway, got HTTP ${response.status}.` }],
    }));
  const { data, errors = [] } = body;
  if (data && errors.length === 0) return data;
  throw new RequestError(errors.length === 0 && response.status === 401 ? [SESSION_ENDED] : errors);
}

const SESSION_ENDED: OperationError = { message: 'The session has ended.', extensions: { code: 'UNAUTHENTICATED' } };

/** Whether a mutation may have changed something, because there is no answer about it. */
export function isUncertain(error: unknown): boolean {
  return error instanceof RequestError && (error.code === undefined || error.code === 'TIMEOUT');
}

/** Returns the message of a thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
