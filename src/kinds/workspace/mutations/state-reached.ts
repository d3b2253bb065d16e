import { builder, type TypeRef } from '../../../graphql/builder.ts';
import type { WritePayload } from '../../../mutations/payload.ts';
import type { Reached } from './wait-fields.ts';

/** Adds, to the answer of a mutation that may wait, whether what it waited for has come. */
export function stateReachedField(payload: TypeRef<WritePayload & Reached>): void {
  builder.objectField(payload, 'stateReached', (t) =>
    t.boolean({
      nullable: true,
      description: 'Whether the state that was waited for has been seen. Null where none was.',
      resolve: ({ stateReached }) => stateReached,
    }),
  );
}
