import { type Command, InvalidArgumentError } from 'commander';

/** The options that every command understands. */
export interface GlobalOptions {
  readonly config?: string;
}

/** Lets a command choose the connection that it is about. */
export function withConnectionOption(command: Command): Command {
  return command.option('--connection <name>', 'the connection to Concur that is meant', 'default');
}

/** Lets a command print data for programs. */
export function withJsonOption(command: Command): Command {
  return command.option('--json', 'print JSON, in the form of the admin API');
}

/** Adds examples to the help of a command. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [line: string, what: string])[],
): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  concur-scim-bridge ${line.padEnd(width)}  ${what}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Reads a whole number of an option. Fails with commander's own error, which names the option. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
