import { z } from 'zod';
import { ENTERPRISE } from '../domain/extensions.ts';

/** A UUID in any of the forms that SAP's pages show (upper case, any version). */
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i)
  .transform((value) => value.toLowerCase());

const text = z.string().nullish();
const flag = z.boolean().nullish();
const count = z.number().int().nonnegative().nullish();
const complexes = z.array(z.looseObject({})).nullish();

/** One message of Concur's error form (User Provisioning, "Concur Error"). */
const message = z.looseObject({ code: text, message: text, schemaPath: text, type: text });

/** Messages are a list in the samples, and one object in the API description. */
const messages = z
  .union([z.array(message), message.transform((one) => [one])])
  .nullish()
  .transform((all) => all ?? []);

/** The name under which Concur adds its messages to a SCIM error. */
const CONCUR_ERROR = 'urn:ietf:params:scim:api:messages:concur:2.0:Error';

/** A refusal in any of Concur's forms; whatever does not fit is left out (SCIM error, older gateways). */
export const errorAnswer = z.looseObject({
  detail: text.catch(null),
  scimType: text.catch(null),
  [CONCUR_ERROR]: z.looseObject({ messages }).nullish().catch(null),
});

/** An error of one of Concur's services: the SCIM form (RFC 7644 §3.12), or the one of Travel v4. */
const SCIM_ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const concurError = z.union([
  z.looseObject({
    schemas: z.array(z.string()).refine((all) => all.includes(SCIM_ERROR) || all.includes(CONCUR_ERROR)),
  }),
  z.looseObject({ errorCode: z.string(), errorMessage: z.string() }),
]);

/** The messages of a refusal. */
export function messagesOf(error: z.infer<typeof errorAnswer>): z.infer<typeof messages> {
  // The computed name is lost on the type of the schema's output.
  const extension = z.looseObject({ messages }).safeParse(error[CONCUR_ERROR]);
  return extension.success ? extension.data.messages : [];
}

/** An access token goes into a header: RFC 6750 §2.1 says of which characters it consists. */
const bearer = z.string().regex(/^[\x21-\x7e]+$/);

/** A number, or a number in a string: `expires_in` is a string with SAP. */
const number = z.coerce.number().positive();

/** An answer of `/oauth2/v0/token` (Authentication, "Refreshing a token"). */
export const tokenAnswer = z.looseObject({
  access_token: bearer,
  expires_in: number,
  refresh_token: z.string().min(1).nullish(),
  refresh_expires_in: number.nullish().catch(null),
  geolocation: text,
  scope: text,
});

/** A refusal of `/oauth2/v0/token` (Authentication, "Response Codes"). */
export const tokenRefusal = z.looseObject({
  code: z.coerce.number().int().catch(0),
  geolocation: text.catch(null),
});

/** The answer of `POST` and `PATCH /Users`: the identity part is done. */
export const userWritten = z.looseObject({
  id: uuid,
  meta: z.looseObject({ provisionId: text }).nullish(),
});

/** The answer of `POST /Bulk`; its `status` and counts mean nothing yet. */
export const bulkAccepted = z.looseObject({ id: z.string().min(1).max(200) });

const extensionStatus = z.looseObject({
  name: z.string().min(1),
  status: z.looseObject({ completed: z.boolean(), success: flag, code: text, result: text }),
  messages,
});

const operationStatus = z.looseObject({
  bulkId: text,
  status: z.looseObject({ completed: z.boolean(), success: flag, code: text }),
  resource: z.looseObject({ id: text }).nullish(),
  extensions: z
    .array(extensionStatus)
    .nullish()
    .transform((all) => all ?? []),
  messages,
  error: z.looseObject({ messages, code: text, message: text }).nullish().catch(null),
});

/** What became of one operation of a provisioning request. */
export type OperationStatus = z.infer<typeof operationStatus>;

/** The summary of a provisioning request. */
export const statusSummary = z.looseObject({ status: z.looseObject({ completed: z.boolean() }) });

/** A page of the operations of a provisioning request. */
export const statusPage = z.looseObject({
  status: z.looseObject({ completed: z.boolean() }),
  operationsCount: z.looseObject({ total: count }).nullish(),
  totalResults: count,
  meta: z.looseObject({ provisionType: text }).nullish(),
  operations: z
    .array(operationStatus)
    .nullish()
    .transform((all) => all ?? []),
});

/** The search guide shows `active` as a string, every other page as a boolean. */
const active = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

/** A page of the search in Identity. */
export const searchPage = z.looseObject({
  Resources: z
    .array(
      z.looseObject({
        id: uuid,
        active,
        userName: text,
        externalId: text,
        [ENTERPRISE]: z.looseObject({ employeeNumber: text }).nullish(),
      }),
    )
    .nullish()
    .transform((all) => all ?? []),
  nextCursor: text,
});

/** A user as Identity reads it: everything that is taken apart later has the form it is taken apart in. */
export const identityUser = z.looseObject({
  id: uuid,
  active,
  name: z.looseObject({}).nullish(),
  emails: complexes,
  phoneNumbers: complexes,
  addresses: complexes,
  entitlements: z.array(z.string()).nullish(),
  [ENTERPRISE]: z.looseObject({ leavesOfAbsence: complexes, manager: z.looseObject({}).nullish() }).nullish(),
});

/** A user as the Spend and Travel services read it. */
export const serviceUser = z.looseObject({ id: uuid });
