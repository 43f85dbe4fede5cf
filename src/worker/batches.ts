/**
 * Cuts operations into requests that Concur takes: at most so many operations and so many encoded
 * bytes each (User Provisioning, "Create new users with /Bulk endpoint"). An operation that is too
 * large by itself stands alone.
 */
export function batches<Operation>(
  operations: readonly Operation[],
  limits: { readonly operations: number; readonly bytes: number },
  size: (operation: Operation) => number,
): readonly (readonly Operation[])[] {
  const all: Operation[][] = [];
  let batch: Operation[] = [];
  let bytes = 0;
  for (const operation of operations) {
    const more = size(operation);
    if (batch.length > 0 && (batch.length >= limits.operations || bytes + more > limits.bytes)) {
      all.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(operation);
    bytes += more;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}
