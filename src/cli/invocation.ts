import { relative } from 'node:path';

/**
 * What a person types to run the program as it runs now, before the name of a command: through npm in a clone, with
 * node for what was built, by its name where it is installed.
 *
 * @param program the path that the process was started with
 */
export function invocation(program = process.argv[1] ?? ''): string {
  if (program.endsWith('.ts')) return 'npm run bridge --';
  if (program.endsWith('.js')) return `node ${relative(process.cwd(), program)}`;
  return 'concur-scim-bridge';
}
