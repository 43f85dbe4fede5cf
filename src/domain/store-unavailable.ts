/**
 * The store cannot be used at the moment, through nobody's fault: its disk is full or fails, or another process keeps
 * it locked. What was asked of it was not done, and may be asked again.
 */
export class StoreUnavailable extends Error {
  /** The database's own code, e.g. `SQLITE_FULL`. */
  readonly code: string;

  constructor(code: string, cause: unknown) {
    super(`The store is not available: ${code}`, { cause });
    this.name = 'StoreUnavailable';
    this.code = code;
  }
}
