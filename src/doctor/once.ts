/** Something that is made when it is first asked for, and then is the same for everybody. */
export interface Once<Value> {
  get(): Promise<Value>;
  /** Null: nobody has asked yet. */
  begun(): Promise<Value> | null;
}

/** Makes a value at most once; a failure is kept too. */
export function once<Value>(make: () => Promise<Value>): Once<Value> {
  let value: Promise<Value> | null = null;
  return {
    get: () => {
      value ??= make();
      return value;
    },
    begun: () => value,
  };
}
