import type { JsonObject } from '../domain/json.ts';
import { configurationSchema } from './schema.ts';

/**
 * What is wrong with one value by itself, in the words that loading would use; null: nothing. What it may be beside
 * other values is not looked at.
 *
 * @param name the setting as the reference has it, such as `connections.<name>.companyId`
 */
export function problemWith(name: string, value: string): string | null {
  const path = name.replace('<name>', 'default').split('.');
  const parsed = configurationSchema.safeParse(treeOf(path, value));
  const issue = parsed.error?.issues.find(({ path: place }) => place.join('.') === path.join('.'));
  return issue?.message ?? null;
}

function treeOf([name = '', ...rest]: readonly string[], value: string): JsonObject {
  return { [name]: rest.length === 0 ? value : treeOf(rest, value) };
}
