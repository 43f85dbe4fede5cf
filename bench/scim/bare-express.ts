/**
 * The least that a durable server of the same data costs: Express 5, one prepared statement per route, no
 * authentication, no SCIM. `bare-express.ts FILE PEOPLE` fills the file, listens, and tells its port to the parent.
 */
import BetterSqlite from 'better-sqlite3';
import express from 'express';
import { idOf, keysOf, resourceOf } from './people.ts';

const [, , path = '', people = '0'] = process.argv;
const database = new BetterSqlite(path);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(
  'create table people (id text primary key, user_name text not null unique, resource text not null)',
);
const insert = database.prepare<[string, string, string]>('insert into people values (?, ?, ?)');
database.transaction(() => {
  for (let number = 0; number < Number(people); number++) {
    insert.run(idOf(number), keysOf(number).userName, JSON.stringify(resourceOf(number)));
  }
})();
const byId = database.prepare<[string], { resource: string }>('select resource from people where id = ?');
const byName = database.prepare<[string], { resource: string }>(
  'select resource from people where user_name = ?',
);

const app = express();
app.get('/people/:id', (req, res) => {
  res.json(JSON.parse(byId.get(req.params.id)?.resource ?? 'null'));
});
app.get('/people', (req, res) => {
  res.json(JSON.parse(byName.get(String(req.query.userName))?.resource ?? 'null'));
});
app.post('/people', express.json({ type: 'application/scim+json' }), (req, res) => {
  const id = crypto.randomUUID();
  insert.run(id, req.body.userName, JSON.stringify(req.body));
  res.status(201).json({ id, ...req.body });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : null);
});
