import { existsSync } from 'node:fs';
import { DEFAULT_FILE } from '../config/configuration.ts';

/** A configuration file that says nothing: with it the environment alone counts. */
const NO_FILE = '/dev/null';

/**
 * Variables as lines that a POSIX shell takes when they are pasted. Where a `bridge.yaml` would go before them, there is
 * a line that keeps it out.
 */
export function environmentBlock(variables: Readonly<Record<string, string>>): string {
  const alone = existsSync(DEFAULT_FILE) ? { BRIDGE_CONFIG: NO_FILE } : {};
  return Object.entries({ ...alone, ...variables })
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
    .join('\n');
}
