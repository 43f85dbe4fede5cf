import { CORE } from '../../domain/extensions.ts';
import { type Attribute, attribute, complexAttribute, type Schema } from '../schema.ts';

/** The usual sub-attributes of a multi-valued attribute, RFC 7643 §2.4, around a given `value`. */
function labelledValue(value: Attribute, types: readonly string[] = []): readonly Attribute[] {
  return [
    value,
    attribute('display', 'A name of the value for display.'),
    attribute('type', 'What the value is used for.', types.length === 0 ? {} : { canonicalValues: types }),
    attribute('primary', 'Whether this is the preferred value; true for at most one.', { type: 'boolean' }),
  ];
}

const line = { singleLine: true } as const;

const name = complexAttribute('name', "The components of the user's name.", [
  attribute('formatted', 'The full name, formatted for display.', line),
  attribute('familyName', 'The family name (last name).', line),
  attribute('givenName', 'The given name (first name).', line),
  attribute('middleName', 'The middle name or names.', line),
  attribute('honorificPrefix', 'The title before the name, such as "Ms.".', line),
  attribute('honorificSuffix', 'The suffix after the name, such as "III".', line),
]);

const addresses = complexAttribute(
  'addresses',
  'Physical mailing addresses of the user.',
  [
    attribute('formatted', 'The full address, formatted for display or a label.'),
    attribute('streetAddress', 'House number, street and the like.'),
    attribute('locality', 'The city or locality.'),
    attribute('region', 'The state or region.'),
    attribute('postalCode', 'The postal code.'),
    attribute('country', 'The country, as an ISO 3166-1 alpha-2 code.'),
    attribute('type', 'What the address is used for.', { canonicalValues: ['work', 'home', 'other'] }),
    attribute('primary', 'Whether this is the preferred address; true for at most one.', { type: 'boolean' }),
  ],
  { multiValued: true },
);

const groups = complexAttribute(
  'groups',
  'The groups the user belongs to. Membership is changed at the group.',
  [
    attribute('value', 'The identifier of the group.', { caseExact: true, mutability: 'readOnly' }),
    attribute('$ref', 'The address of the group.', {
      type: 'reference',
      caseExact: true,
      mutability: 'readOnly',
      referenceTypes: ['User', 'Group'],
    }),
    attribute('display', 'The name of the group for display.', { mutability: 'readOnly' }),
    attribute('type', 'Whether the membership is direct or comes through another group.', {
      mutability: 'readOnly',
      canonicalValues: ['direct', 'indirect'],
    }),
  ],
  { multiValued: true, mutability: 'readOnly' },
);

const url = { type: 'reference', caseExact: true, referenceTypes: ['external'] } as const;

/** The core User, RFC 7643 §4.1. */
export const userSchema: Schema = {
  id: CORE,
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('userName', 'The name the user signs in with, unique among all users.', {
      required: true,
      uniqueness: 'server',
      ...line,
    }),
    name,
    attribute('displayName', 'The name of the user for display.', line),
    attribute('nickName', 'The casual way to address the user.'),
    attribute('profileUrl', "The address of the user's online profile.", url),
    attribute('title', "The user's job title."),
    attribute('userType', 'The relationship between the organization and the user.'),
    attribute('preferredLanguage', 'The language the user prefers, as in the Accept-Language header.'),
    attribute('locale', "The user's default location, for currency, dates and numbers."),
    attribute('timezone', "The user's time zone, as an IANA time zone name."),
    attribute('active', 'Whether the user may use the service.', { type: 'boolean' }),
    // Accepted because Okta always sends one, and never stored: Concur takes no passwords.
    attribute('password', 'Accepted and ignored.', { mutability: 'writeOnly', returned: 'never' }),
    complexAttribute(
      'emails',
      'E-mail addresses of the user.',
      labelledValue(attribute('value', 'The e-mail address.', line), ['work', 'home', 'other']),
      { multiValued: true },
    ),
    complexAttribute(
      'phoneNumbers',
      'Phone numbers of the user.',
      labelledValue(attribute('value', 'The phone number.'), [
        'work',
        'home',
        'mobile',
        'fax',
        'pager',
        'other',
      ]),
      { multiValued: true },
    ),
    complexAttribute(
      'ims',
      'Instant messaging addresses of the user.',
      labelledValue(attribute('value', 'The instant messaging address.'), [
        'aim',
        'gtalk',
        'icq',
        'xmpp',
        'msn',
        'skype',
        'qq',
        'yahoo',
      ]),
      { multiValued: true },
    ),
    complexAttribute(
      'photos',
      'Addresses of photos of the user.',
      labelledValue(attribute('value', 'The address of the photo.', url), ['photo', 'thumbnail']),
      { multiValued: true },
    ),
    addresses,
    groups,
    complexAttribute(
      'entitlements',
      'Things the user is entitled to.',
      labelledValue(attribute('value', 'The entitlement.')),
      { multiValued: true },
    ),
    complexAttribute('roles', 'Roles the user has.', labelledValue(attribute('value', 'The role.')), {
      multiValued: true,
    }),
    complexAttribute(
      'x509Certificates',
      'Certificates issued to the user.',
      labelledValue(
        attribute('value', 'The certificate, DER in base64.', { type: 'binary', caseExact: true }),
      ),
      { multiValued: true },
    ),
  ],
};
