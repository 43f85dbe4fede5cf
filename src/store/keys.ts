import { ENTERPRISE } from '../domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import type { Person } from '../domain/person.ts';
import { folded } from '../scim/filter/fold.ts';

/**
 * The form in which two keys are compared: without the blanks around it, composed (NFC) and without case. A name
 * that differs from another's in nothing that a reader sees is the same name.
 */
export function keyText(value: string): string {
  return folded(value.trim().normalize('NFC'));
}

/** A person's keys: what people are found and told apart by. Those ending in `Key` are as `keyText` makes them. */
export interface PersonKeys {
  readonly userName: string;
  readonly userNameKey: string;
  readonly employeeNumber: string | null;
  readonly employeeNumberKey: string | null;
  readonly externalId: string | null;
  readonly externalIdKey: string | null;
}

/** Reads the keys of a SCIM resource. Fails when there is no userName, which RFC 7643 §4.1.1 requires. */
export function keysOf(resource: JsonObject): PersonKeys {
  const userName = text(resource.userName);
  if (userName === null || keyText(userName) === '')
    throw new Error('A person without userName cannot be stored');
  const employeeNumber = text(enterprise(resource).employeeNumber);
  const externalId = text(resource.externalId);
  return {
    userName,
    userNameKey: keyText(userName),
    employeeNumber,
    employeeNumberKey: text(keyText(employeeNumber ?? '')),
    externalId,
    externalIdKey: text(keyText(externalId ?? '')),
  };
}

/** What others may name a person by, in the form of `keyText`. */
export function namesOf(
  { id, resource }: Pick<Person, 'id' | 'resource'>,
  concurId: string | null,
): readonly string[] {
  const keys = keysOf(resource);
  const own = concurId === null ? null : keyText(concurId);
  return [id, keys.externalIdKey, keys.userNameKey, keys.employeeNumberKey, own].filter(
    (name) => name !== null,
  );
}

/** The SCIM id by which a resource names the person's manager; null: it names none. */
export function managerOf(resource: JsonObject): string | null {
  const { manager } = enterprise(resource);
  return isJsonObject(manager) ? text(manager.value) : null;
}

/** A value as text; null when it is none, or empty. */
export function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function enterprise(resource: JsonObject): JsonObject {
  const extension = resource[ENTERPRISE];
  return isJsonObject(extension) ? extension : {};
}
