import type { ResourceType } from '../../../src/scim/registry.ts';
import { type Attribute, attribute, complexAttribute } from '../../../src/scim/schema.ts';

/** A resource type with one attribute of each kind, small enough for operations to meet each other. */
export const thing: ResourceType = {
  id: 'Thing',
  name: 'Thing',
  endpoint: '/Things',
  description: 'A thing',
  schema: {
    id: 'urn:example:2.0:Thing',
    name: 'Thing',
    description: 'A thing',
    attributes: [
      attribute('label', 'Required.', { required: true }),
      attribute('title', 'A text.'),
      attribute('count', 'A number.', { type: 'integer' }),
      attribute('flag', 'A truth.', { type: 'boolean' }),
      attribute('born', 'Given once.', { mutability: 'immutable' }),
      attribute('seen', 'Read only.', { mutability: 'readOnly' }),
      complexAttribute('name', 'Complex.', [
        attribute('given', 'A text.'),
        attribute('family', 'A text.'),
        attribute('full', 'Read only.', { mutability: 'readOnly' }),
      ]),
      complexAttribute(
        'emails',
        'Complex and multi-valued.',
        [
          attribute('value', 'A text.'),
          attribute('type', 'A text.'),
          attribute('display', 'A text.'),
          attribute('primary', 'At most one.', { type: 'boolean' }),
        ],
        { multiValued: true },
      ),
      attribute('tags', 'Simple and multi-valued.', { multiValued: true }),
    ],
  },
  extensions: [
    {
      required: false,
      schema: {
        id: 'urn:example:2.0:Extra',
        name: 'Extra',
        description: 'An extension',
        attributes: [
          attribute('unit', 'A text.'),
          complexAttribute('boss', 'A reference.', [attribute('value', 'An id.', { caseExact: true })]),
          complexAttribute(
            'fields',
            'Told apart by their id.',
            [
              attribute('id', 'The id.', { required: true }),
              attribute('value', 'A text.', { caseExact: true }),
              attribute('list', 'Texts.', { multiValued: true }),
            ],
            { multiValued: true },
          ),
        ],
      },
    },
  ],
};

export const EXTRA = 'urn:example:2.0:Extra';

/** The attributes of the resource type's own schema, or of its extension. */
export function attributesOf(extension: boolean): readonly Attribute[] {
  return (extension ? thing.extensions[0]?.schema : thing.schema)?.attributes ?? [];
}
