import { describe, expect, test } from 'vitest';
import * as errors from '../../src/scim/error.ts';

describe('errors', () => {
  test.each([
    [errors.invalidFilter, 400, 'invalidFilter'],
    [errors.uniqueness, 409, 'uniqueness'],
    [errors.mutability, 400, 'mutability'],
    [errors.invalidSyntax, 400, 'invalidSyntax'],
    [errors.invalidPath, 400, 'invalidPath'],
    [errors.noTarget, 400, 'noTarget'],
    [errors.invalidValue, 400, 'invalidValue'],
    [errors.unauthorized, 401, undefined],
    [errors.forbidden, 403, undefined],
    [errors.notFound, 404, undefined],
    [errors.preconditionFailed, 412, undefined],
    [errors.payloadTooLarge, 413, undefined],
    [errors.notImplemented, 501, undefined],
  ])('%o', (make, status, scimType) => {
    const error = make('What the client reads.', new Error('what the operator reads'));
    expect(error).toBeInstanceOf(errors.ScimError);
    // RFC 7644 §3.12: the status is a string; nothing of the cause leaves.
    expect(errors.toErrorBody(error)).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      ...(scimType === undefined ? {} : { scimType }),
      detail: 'What the client reads.',
    });
    expect(error.cause).toEqual(new Error('what the operator reads'));
  });
});
