import type { MappingSettings } from '../../domain/connection.ts';
import { CORE } from '../../domain/extensions.ts';
import { type JsonObject, sameJson } from '../../domain/json.ts';
import type { AttributeKey } from '../../domain/profile.ts';
import { extensionOf } from '../../domain/profile.ts';
import { invalidValue, type ScimError } from '../../scim/error.ts';
import { schemaWith } from '../concur-schema/learned.ts';
import { mapPerson, type Worked, workOut } from '../person.ts';
import { concernsIdentity, sentence, violations } from './violations.ts';

/**
 * The refusal of a write that Concur's identity service would refuse for ever: 400 invalidValue, which names the
 * SCIM attributes, the rules and what would be valid; null when nothing is known to be wrong. Only what the client
 * sends is refused, and only what this write changes: a derived value fills a gap that may not be there, and one
 * from the configuration is not the client's to mend. Both are gaps of the person instead.
 *
 * @param before the User as it was; null: it is new
 */
export async function refusalOf(
  before: JsonObject | null,
  after: JsonObject,
  settings: MappingSettings,
): Promise<ScimError | null> {
  if (isLeaver(after, settings)) return null;
  const worked = await workOut(after, settings);
  const { profile } = worked.mapped;
  const schema = schemaWith(settings.learned?.());
  if (!violations({}, profile, schema).some(concernsIdentity)) return null;
  const former = before === null ? {} : (await mapPerson(before, settings)).profile;
  const sentences: string[] = [];
  for (const violation of violations(former, profile, schema).filter(concernsIdentity)) {
    const name = await sourceOf(violation.key, worked);
    if (name !== null) sentences.push(sentence(name, violation));
  }
  return sentences.length === 0 ? null : invalidValue(sentences.join(' '));
}

/** Nobody is kept from leaving (see `violations`): what else the mapping makes of a leaver need not be known. */
function isLeaver({ active }: JsonObject, { attributes = [] }: MappingSettings): boolean {
  return active === false && !attributes.some(({ key }) => key === 'active');
}

/** The SCIM attribute that a value comes from, as the client knows it; null: it is not the client's to mend. */
async function sourceOf(key: AttributeKey, { mapped, sent, configured }: Worked): Promise<string | null> {
  const [attribute, reading] = configured.readings.find(([one]) => one.key === key) ?? [];
  if (attribute !== undefined && reading?.kind === 'value') {
    if (reading.from !== 'source') return null;
    // What is there for somebody without any attribute is the configuration's.
    const constant = await attribute.read({});
    return constant.kind === 'value' && sameJson(constant.value, reading.value) ? null : attribute.source;
  }
  const value = sent[key];
  if (value === undefined || !sameJson(value, mapped.profile[key])) return null;
  return extensionOf(key) === CORE ? key.replace(/\[.*\]/, '') : key.replace(/\[.*$/, '');
}
