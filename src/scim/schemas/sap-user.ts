import { SAP } from '../../domain/extensions.ts';
import { attribute, type Schema } from '../schema.ts';

/** The SAP Global ID, which SAP's own services know the person by. */
export const sapUserSchema: Schema = {
  id: SAP,
  name: 'SapUser',
  description: 'SAP user reference',
  attributes: [attribute('userUuid', 'The SAP Global ID, a UUID.')],
};
