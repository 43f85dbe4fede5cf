import { existsSync, statSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { NewerDatabaseError } from '../store/migrate.ts';
import { checkDatabase } from '../store/readiness.ts';
import { SecretKeyError } from '../store/sealed.ts';
import { ForeignDatabaseError } from '../store/sqlite.ts';
import { bindConnection } from '../store/store.ts';
import { type Check, type Finding, failed, ok } from './check.ts';
import type { Examined } from './connection.ts';
import type { Installation } from './installation.ts';

/** Up to this size the whole file is checked, in bytes: beyond it that takes too long. */
const SMALL = 256 * 2 ** 20;

const RESTORE = 'Restore a backup, or set store.url (BRIDGE_DATABASE_URL) to the right file.';

/** Whether the database opens, is of this version, and is whole. */
export const database: Check<Installation> = {
  id: 'database',
  title: 'The database opens, is of this version, and is whole',
  needs: ['database-file'],
  look: async ({ path, existed, store }) => {
    try {
      await checkDatabase(await store());
      if (path === null) return ok('It is in memory.');
      if (!existsSync(path)) return ok('There is none yet: serve and connect make it.');
      if (!existed)
        return ok('There was none; it was made, to keep the token that follows the configured one.');
      const { size } = statSync(path);
      if (size > SMALL) return ok('It opens; it is too large to be checked as a whole here.');
      const damage = damageOf(path);
      return damage === null ? ok('It opens, and is whole.') : failed(`It is damaged: ${damage}`, RESTORE);
    } catch (error) {
      return explain(error);
    }
  },
};

/** Whether what is stored under the name is about the company that is configured. */
export const company: Check<Examined> = {
  id: 'company',
  title: 'The connection stands for the configured company',
  needs: ['database'],
  look: async ({ configuration: { name, companyId }, installation }) => {
    const bound = await bindConnection(await installation.store(), name, companyId);
    if (bound.kind === 'bound') return ok(`"${name}" stands for the company ${companyId}.`);
    return failed(
      `In this database "${name}" belongs to the company ${bound.companyId}, and the configuration names ${companyId}.`,
      'Set companyId (CONCUR_COMPANY_ID) right, or give the other company a connection of its own, or another database.',
    );
  },
};

/** Whether the key is the one that the credential was stored under. */
export const secretKey: Check<Examined> = {
  id: 'secret-key',
  title: 'The secret key opens the stored credential',
  needs: ['company'],
  look: async ({ stored }) => {
    try {
      const credential = await stored();
      return ok(credential === null ? 'Nothing is stored yet.' : 'It does.');
    } catch (error) {
      if (!(error instanceof SecretKeyError)) throw error;
      return failed(
        'store.secretKey (BRIDGE_SECRET_KEY) is not the key that the credential was stored under.',
        'Set the key that the database was made with. If it is lost, connect anew under the new one.',
      );
    }
  },
};

/** What SQLite says is wrong with the file; null: nothing. */
function damageOf(path: string): string | null {
  const file = new BetterSqlite(path, { readonly: true, fileMustExist: true });
  try {
    const said = String(file.pragma('quick_check(1)', { simple: true }));
    return said === 'ok' ? null : said;
  } finally {
    file.close();
  }
}

function explain(error: unknown): Finding {
  if (error instanceof NewerDatabaseError) {
    return failed(error.message, 'Run the newer version of the program, or restore a backup from before it.');
  }
  if (error instanceof ForeignDatabaseError) {
    return failed(error.message, 'Set store.url (BRIDGE_DATABASE_URL) to a file of its own.');
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code))
    return failed('The file is no readable SQLite database.', RESTORE);
  if (/^SQLITE_(CANTOPEN|READONLY|PERM)/.test(code)) {
    return failed('SQLite may not open the file for writing.', 'Check who owns the file and its folder.');
  }
  const why = error instanceof Error ? error.message : String(error);
  return failed(
    `The database does not answer: ${why}`,
    'Check the disk, and whether another process holds it.',
  );
}
