/** Where the parts of the program tell the operator what happened: ids and states, never payloads or secrets. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
