import { attribute, complexAttribute } from '../schema.ts';

/**
 * The attributes every resource has without any schema defining them, RFC 7643 §3 and §3.1. They can be
 * filtered on and selected, but do not appear in /Schemas.
 */
export const commonAttributes = [
  attribute('schemas', 'The URIs of the schemas the resource is made of.', {
    type: 'reference',
    multiValued: true,
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    referenceTypes: ['uri'],
  }),
  attribute('id', 'The identifier the service provider gave the resource.', {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  attribute('externalId', 'The identifier the provisioning client gave the resource.', {
    caseExact: true,
    singleLine: true,
  }),
  complexAttribute(
    'meta',
    'What the service provider records about the resource.',
    [
      attribute('resourceType', 'The name of the resource type.', {
        caseExact: true,
        mutability: 'readOnly',
      }),
      attribute('created', 'When the resource was created.', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('lastModified', 'When the resource last changed.', {
        type: 'dateTime',
        mutability: 'readOnly',
      }),
      attribute('location', 'The address of the resource.', {
        type: 'reference',
        caseExact: true,
        mutability: 'readOnly',
        referenceTypes: ['uri'],
      }),
      attribute('version', 'The version of the resource, as in the ETag header.', {
        caseExact: true,
        mutability: 'readOnly',
      }),
    ],
    { mutability: 'readOnly' },
  ),
];
