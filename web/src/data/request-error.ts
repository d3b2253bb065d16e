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

/** Returns the message of a thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
