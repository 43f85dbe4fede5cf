import type { Command } from 'commander';
import { passedOver } from '../config/standing.ts';
import { sourcesOf } from './open.ts';
import { visible } from './visible.ts';

/** The commands with which somebody finds out, or decides, what holds. */
const TOLD: ReadonlySet<string> = new Set(['serve', 'doctor', 'connect', 'status']);

/** Says on stderr, in one line, which variables do nothing because the file says something else. */
export function warnOfPassedOver(command: Command): void {
  if (!TOLD.has(command.name())) return;
  const sources = sourcesOf(command);
  const said = passedOver(sources).map(
    ({ variable, setting, place }) => `${variable} (${setting}, ${place})`,
  );
  if (said.length === 0) return;
  console.error(visible(`Set, but passed over for what the file says instead: ${said.join(', ')}`));
}
