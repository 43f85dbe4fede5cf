/**
 * Waits until every promise has ended, then fails with the first failure: while some of the work goes
 * on, its lease must be kept.
 */
export async function allDone(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
