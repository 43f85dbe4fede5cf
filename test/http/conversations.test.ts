import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { conversationSchema, converse } from './conversation.ts';
import { realApp } from './real-app.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/conversations');
/** Whose conversations must be there. */
const VENDORS: readonly string[] = [
  'entra',
  'entra-flag',
  'jumpcloud',
  'okta-aiw',
  'okta-oin',
  'onelogin',
  'pingfederate',
  'rfc7644',
  'rfc9865',
  'sap-ips',
];
/** Whose examples have names without a domain, which Concur refuses; everybody else is heard as by default. */
const WITHOUT_DOMAINS: readonly string[] = ['entra', 'entra-flag', 'rfc7644', 'rfc9865'];
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
  statSync(join(FOLDER, file)).isFile(),
);

test('every vendor has conversations, and every file is one', () => {
  expect(files.filter((file) => !/^[^/]+\/[^/]+\.json$/.test(file))).toEqual([]);
  const heard = new Set(files.map(dirname));
  expect(VENDORS.filter((vendor) => !heard.has(vendor))).toEqual([]);
});

test.each(files)('%s', async (file) => {
  const conversation = conversationSchema.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
  const validation = WITHOUT_DOMAINS.includes(dirname(file)) ? 'accept' : 'refuse';
  await converse(await realApp({ ...conversation, validation }), conversation);
});
