import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Conversation, converse } from './conversation.ts';
import { fakeApp } from './fake-app.ts';
import { fakeConnection } from './fake-connection.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/conversations');
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.json'),
);

test('there are conversations', () => {
  expect(files).not.toEqual([]);
});

test.each(files)('%s', async (file) => {
  const conversation: Conversation = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
  const { app } = fakeApp({ connections: [fakeConnection('default', { 'secret-idp': 'idp' })] });
  await converse(app, conversation);
});
