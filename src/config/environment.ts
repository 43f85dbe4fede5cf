/** The variables of the process's environment, by name. */
export interface Environment {
  readonly [name: string]: string | undefined;
}

/** Reads the environment: the only place in the program that does. */
export function readEnvironment(): Environment {
  return process.env;
}
