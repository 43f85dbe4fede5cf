import { describe, expect, it } from 'vitest';
import { decodeIdentity, decodeSpend, decodeTravel } from '../../src/concur/decode.ts';
import {
  ENTERPRISE,
  SAP,
  SPEND,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  SPEND_INVOICE_PREFERENCE,
  SPEND_ROLE,
  TRAVEL,
} from '../../src/domain/extensions.ts';
import { USER } from './scripted-server.ts';

describe('decodeIdentity', () => {
  it('keeps what can be set, in one form', () => {
    const profile = decodeIdentity({
      id: USER,
      schemas: ['x'],
      meta: { version: 3 },
      localeOverrides: { preference24Hour: 'H:mm' },
      active: 'true',
      title: null,
      userName: 'ada@example.com',
      entitlements: ['Expense'],
      [ENTERPRISE]: {
        organization: 'ACME',
        startDate: '2020-09-22T14:26:00.000',
        manager: { value: 'm', displayName: 'Boss', employeeNumber: '1', $ref: 'https://x' },
        terminationDate: null,
      },
      [SAP]: { userUuid: 'u' },
      'urn:ietf:params:scim:schemas:extension:future:2.0:User': { x: 1 },
    });
    expect(profile).toEqual({
      active: true,
      userName: 'ada@example.com',
      'entitlements[Expense]': true,
      [`${ENTERPRISE}:startDate`]: '2020-09-22T14:26:00',
      [`${ENTERPRISE}:manager.value`]: 'm',
      [`${SAP}:userUuid`]: 'u',
    });
  });
});

describe('decodeSpend', () => {
  it('leaves out derived roles, identifiers of list items, unnamed groups and unknown extensions', () => {
    const profile = decodeSpend({
      id: USER,
      externalId: 'not spend',
      [SPEND]: {
        country: 'US',
        biManager: null,
        customData: [{ id: 'custom1', value: 'a', syncGuid: 'g', href: 'https://x' }],
      },
      [SPEND_ROLE]: {
        roles: [
          { roleName: 'EXP_USER' },
          { roleName: 'EXP_APPROVER', roleGroups: [''] },
          { roleName: 'BI', roleGroups: ['R&D-QA'] },
        ],
      },
      'urn:ietf:params:scim:schemas:extension:spend:2.0:ApproverLimit': {
        authorizedApprover: [{ approvalType: 'expense', approvalGroup: '', level: 1 }],
      },
      'urn:ietf:params:scim:schemas:extension:spend:2.0:Future': { x: 1 },
      'urn:ietf:params:scim:schemas:extension:spend:2.0:InvoicePreference': { autoOpenImage: true },
    });
    expect(profile).toEqual({
      [`${SPEND}:country`]: 'US',
      [`${SPEND}:customData[custom1].value`]: 'a',
      [`${SPEND_ROLE}:roles[EXP_APPROVER].roleName`]: 'EXP_APPROVER',
      [`${SPEND_ROLE}:roles[BI].roleGroups[R&D-QA]`]: true,
      [`${SPEND_APPROVER_LIMIT}:authorizedApprover[expense].level`]: 1,
      [`${SPEND_INVOICE_PREFERENCE}:autoOpenImage`]: true,
    });
  });
});

describe('a reference to a person', () => {
  it('is their UUID in lower case and their employee number, wherever it stands', () => {
    const person = { value: USER.toUpperCase(), employeeNumber: '7', displayName: 'Boss' };
    const approver = { approver: person, primary: true };
    expect(
      decodeSpend({
        [SPEND]: { biManager: person },
        [SPEND_APPROVER]: { report: [approver], budget: [], note: 'x' },
        [SPEND_DELEGATE]: { expense: [{ delegate: person, canSubmit: true }] },
      }),
    ).toEqual({
      [`${SPEND}:biManager.value`]: USER,
      [`${SPEND}:biManager.employeeNumber`]: '7',
      [`${SPEND_APPROVER}:report[primary].approver.value`]: USER,
      [`${SPEND_APPROVER}:report[primary].approver.employeeNumber`]: '7',
      [`${SPEND_DELEGATE}:expense[${USER}].delegate.value`]: USER,
      [`${SPEND_DELEGATE}:expense[${USER}].delegate.employeeNumber`]: '7',
      [`${SPEND_DELEGATE}:expense[${USER}].canSubmit`]: true,
    });
    expect(decodeTravel({ [TRAVEL]: { manager: person } })).toEqual({
      [`${TRAVEL}:manager.value`]: USER,
      [`${TRAVEL}:manager.employeeNumber`]: '7',
    });
  });
});

describe('decodeTravel', () => {
  it('leaves out custom fields without a value', () => {
    const customFields = [{ name: 'a' }, { name: 'b', value: null }, { name: 'c', value: '1' }];
    expect(decodeTravel({ id: USER, [TRAVEL]: { customFields, groups: [1], orgUnit: null } })).toEqual({
      [`${TRAVEL}:customFields[c].value`]: '1',
      [`${TRAVEL}:groups[1]`]: true,
    });
    expect(decodeTravel({ id: USER })).toEqual({});
  });
});
