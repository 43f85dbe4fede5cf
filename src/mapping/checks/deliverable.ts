import { attributeNames } from '../../domain/explanation.ts';
import { SPEND, serviceOf } from '../../domain/extensions.ts';
import { LISTS } from '../../domain/lists.ts';
import type { Provisioning } from '../../domain/person.ts';
import type { Gap, Wanted } from '../../domain/plan.ts';
import { type AttributeKey, attributeOf, extensionOf, type Profile, select } from '../../domain/profile.ts';
import { roleOf } from '../../domain/roles.ts';
import { schemaWith } from '../concur-schema/learned.ts';
import { besideOthers } from '../groups/beside.ts';
import { REQUIRED_SPEND } from '../spend.ts';
import { LEAVES } from './leaves.ts';
import { brokenBy, concernsIdentity, sentence, type Violation } from './violations.ts';

/**
 * What of a wish Concur can take: without the values that it would refuse for ever. Each of them is a gap, and
 * Concur keeps what it has in its place, so that everything else is delivered. What breaks a rule of identity
 * prevents a creation; nobody is kept out of Concur by what spend or travel would refuse. What Concur is known to
 * hold breaks no rule. What groups give is wanted beside what others gave there.
 */
export function deliverable(asked: Wanted, provisioning: StandsAt): Wanted {
  const { concurId, applied } = provisioning;
  const wanted = besideOthers(asked, provisioning);
  const { profile, initial, gaps } = wanted;
  const held = applied.profile;
  const filling = select(initial, (key) => held[key] === undefined);
  const broken = brokenBy(held, { ...filling, ...profile }, schemaWith(asked.learned));
  if (broken.length === 0) return wanted;

  // Nobody is created with a broken identity: nothing of it has to be left out.
  const isLeft = leftOut(concurId === null ? broken.filter((one) => !concernsIdentity(one)) : broken, held);
  return {
    ...wanted,
    profile: select(profile, (key) => !isLeft(key)),
    // What Concur has stays: as a value that only fills a gap it is neither changed nor taken away, nor ours.
    initial: { ...select(initial, (key) => !isLeft(key)), ...select(held, isLeft) },
    gaps: [...broken.map(gapOf), ...gaps],
  };
}

/** What Concur holds of a person, as far as it is known, and what of it is ours. */
type StandsAt = Pick<Provisioning, 'concurId' | 'applied' | 'owned'>;

function gapOf(violation: Violation): Gap {
  const { key, extension } = violation;
  const why = sentence(attributeNames([key])[0] ?? key, violation);
  return {
    extension,
    why,
    ...(concernsIdentity(violation) ? { preventsCreation: true } : {}),
    ...(roleOf(key) === null ? {} : { leavesRest: true }),
  };
}

/** Tells what is left out with the broken values. */
function leftOut(broken: readonly Violation[], held: Profile): (key: AttributeKey) => boolean {
  const wholes = broken.map(({ key }) => wholeOf(key));
  const lacksSpend = broken.some(
    ({ key }) => REQUIRED_SPEND.some((name) => key === `${SPEND}:${name}`) && held[key] === undefined,
  );
  return (key) =>
    wholes.some((whole) => key === whole || key.startsWith(`${whole}.`) || key.startsWith(`${whole}[`)) ||
    // Concur takes no part of spend without country, locale and currency.
    (lacksSpend && serviceOf(extensionOf(key)) === 'spend');
}

/** What goes with a broken value: leaves are judged together, a role for all groups, and an element is nothing without its essence. */
function wholeOf(key: AttributeKey): AttributeKey {
  const attribute = attributeOf(key);
  if (attribute === LEAVES) return LEAVES;
  if (roleOf(key) !== null) return key.slice(0, key.indexOf(']') + 1);
  const list = LISTS[attribute];
  const hasEssence = list?.kind === 'objects' && list.essential.length > 0;
  return hasEssence ? key.slice(0, key.lastIndexOf(']') + 1) : key;
}
