import type { Loaded } from '../config/configuration.ts';
import type { Check, State } from './check.ts';
import { type AnyCheck, CHECKS, CONNECTION_CHECKS, INSTALLATION_CHECKS } from './checks.ts';
import { configuration } from './configuration.ts';
import { examinedOf } from './connection.ts';
import { installationOf, type Surroundings } from './installation.ts';

/** A line of the checklist as it came out. */
export interface Checked {
  readonly id: string;
  readonly title: string;
  /** The connection that it is about; null: all of them. */
  readonly connection: string | null;
  readonly state: State;
  readonly found: string;
  readonly remedy: string | null;
}

/** Who follows the checks while they run. */
export interface Audience {
  begin(check: Pick<Checked, 'title' | 'connection'>): void;
  end(checked: Checked): void;
}

/**
 * Runs the whole checklist, one check after the other. Nothing is written to Concur; the database is changed only by
 * what a token needs to be kept: the company that its connection stands for, and the token. Never rejects.
 *
 * @param only the connection to look at; null: all
 */
export async function examine(
  loaded: Loaded,
  only: string | null,
  surroundings: Surroundings,
  audience: Audience,
): Promise<readonly Checked[]> {
  const walk = walkThrough(audience);
  await walk.run([configuration], loaded, null);
  if (loaded.kind === 'invalid') {
    for (const check of CHECKS) walk.skips(check, null);
    return walk.checked;
  }
  const installation = installationOf(loaded.configuration, surroundings);
  try {
    await walk.run(INSTALLATION_CHECKS, installation, null);
    for (const one of loaded.configuration.connections) {
      if (only !== null && one.name !== only) continue;
      const examined = examinedOf(one, installation);
      try {
        await walk.run(CONNECTION_CHECKS, examined, one.name);
      } finally {
        await examined.close();
      }
    }
    return walk.checked;
  } finally {
    await installation.close();
  }
}

/** Whether provisioning would work: nothing failed. */
export function isWell(checked: readonly Checked[]): boolean {
  return checked.every(({ state }) => state !== 'failed');
}

function walkThrough(audience: Audience) {
  const checked: Checked[] = [];

  function add(one: Checked): void {
    checked.push(one);
    audience.end(one);
  }

  /** Adds a line for a check if another one stands in its way, with the one that failed; tells whether it did. */
  function skips({ id, title, needs }: AnyCheck, connection: string | null): boolean {
    const obstacle = checked.find(
      (one) =>
        needs.includes(one.id) &&
        (one.connection === null || one.connection === connection) &&
        (one.state === 'failed' || one.state === 'skipped'),
    );
    if (obstacle === undefined) return false;
    const found =
      obstacle.state === 'failed' ? `Not checked before this is right: ${obstacle.title}.` : obstacle.found;
    add({ id, title, connection, state: 'skipped', found, remedy: null });
    return true;
  }

  async function run<Subject>(
    checks: readonly Check<Subject>[],
    subject: Subject,
    connection: string | null,
  ): Promise<void> {
    for (const check of checks) {
      if (skips(check, connection)) continue;
      const { id, title } = check;
      audience.begin({ title, connection });
      add({ id, title, connection, ...(await look(check, subject)) });
    }
  }

  return { checked, run, skips };
}

/** What a check throws must not hide the others. */
async function look<Subject>({ look }: Check<Subject>, subject: Subject) {
  try {
    return await look(subject);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { state: 'failed', found: `The check itself failed: ${why}`, remedy: null } as const;
  }
}
