import {
  CORE,
  ENTERPRISE,
  type Extension,
  PAYROLL,
  SAP,
  SPEND,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  SPEND_ROLE,
  TRAVEL,
} from './extensions.ts';

/** What Concur asks of an attribute, and where the bridge takes its value from. */
export interface AttributeRule {
  /** Completes "Concur wants …". */
  readonly wants: string;
  /** Completes "the value …"; absent where the client's attribute of the same name is sent as it is. */
  readonly from?: string;
  /** The value is nobody else's business, and is never repeated. */
  readonly isPrivate?: true;
}

type Rules = Readonly<Record<string, AttributeRule>>;

const COUNTRY = 'a country of ISO 3166-1, in two letters';
const DAYTIME = 'a date as YYYY-MM-DDThh:mm:ssZ, from 1900-01-01 to 2079-06-06';
const PERSON = 'somebody whom Concur holds, by their Concur UUID or employee number';
const SPEND_SENT = 'is what the client sends in the spend extension, or what mapping.attributes makes of it';
const APPROVER: AttributeRule = {
  wants:
    'somebody whom Concur holds and who already has the approver role of that product; only report and request take approvers who are not primary',
};
const LIMIT: AttributeRule = {
  wants:
    "limits of somebody who has the approver role of that type, in one of the company's reimbursement currencies and for groups that the company has",
};
const DELEGATE: AttributeRule = {
  wants: 'somebody who is active in Concur and has the same role of that product as the person',
};

/**
 * SAP's rules (User Provisioning, "Schemas"; Spend User Retrieval v4.1 for lengths; Travel Extension;
 * Spend Role Codes), by the attribute of each part; filters and elements of lists are left out.
 */
export const ATTRIBUTE_RULES: Readonly<Partial<Record<Extension, Rules>>> = {
  [CORE]: {
    userName: {
      wants:
        'name@domain, which nobody in any Concur company or test site has, and without any of % [ # ! * & ( ) ~ \' { ^ } \\ / ? > < , ; : + = ] " |',
    },
    active: { wants: 'true or false', from: "is the client's, unless an admin has offboarded the person" },
    'name.givenName': {
      wants: 'a given name of 1 to 32 characters',
      from: "is the client's, else derived from name.formatted or displayName",
    },
    'name.familyName': {
      wants: 'a family name of 1 to 32 characters',
      from: "is the client's, else derived from name.formatted or displayName",
    },
    emails: {
      wants:
        'at least one e-mail address, and one at most of each of the types work, home, work2, other and other2',
      from: "is the client's, else derived from a userName that is an address",
    },
    phoneNumbers: {
      wants:
        'one number at most of each of the types work, home, fax, pager and other, and of several mobile numbers exactly one that is primary',
    },
    addresses: {
      wants: 'one address at most of each of the types work, home, other, billing, bank and shipping',
    },
    'addresses.country': { wants: COUNTRY },
    entitlements: {
      wants: 'Expense, Invoice, Request or Travel, as the company has bought them',
      from: "is the client's, or the configured default",
    },
    preferredLanguage: {
      wants: "one of SAP's language codes, such as en-US, de or fr-CA",
      from: "is the language of Concur's that is nearest to the client's",
    },
    timezone: {
      wants: 'one of the time zones that SAP lists, such as Europe/Berlin',
      from: "is the client's, or the configured default",
    },
    dateOfBirth: { wants: 'a date as YYYY-MM-DD', isPrivate: true },
    emergencyContacts: { wants: `one contact at most, with ${COUNTRY}`, isPrivate: true },
  },
  [ENTERPRISE]: {
    companyId: {
      wants: 'the UUID of the company, which never changes',
      from: 'is the company of the connection, from the configuration',
    },
    employeeNumber: {
      wants: 'a number that nobody else in the company has',
      from: "is the client's, else the userName",
    },
    manager: {
      wants: 'the UUID of a manager whom Concur holds',
      from: 'is looked up from the manager whom the client names',
    },
    startDate: { wants: DAYTIME },
    terminationDate: { wants: DAYTIME },
    leavesOfAbsence: {
      wants:
        'dates as YYYY-MM-DD, each start before its end, no two leaves at once, and voluntary or mandatory',
    },
  },
  [SAP]: { userUuid: { wants: 'the SAP Global User ID of the person' } },
  [SPEND]: {
    country: {
      wants: `${COUNTRY}, that the company has set up`,
      from: "is the spend extension's, else derived from the work address or the first address with a country, else the configured default",
    },
    locale: {
      wants: 'a locale that the company has set up, such as en-US',
      from: "is the spend extension's, else derived from locale or preferredLanguage, else the configured default",
    },
    reimbursementCurrency: {
      wants: "one of the company's reimbursement currencies, in the three letters of ISO 4217",
      from: "is the spend extension's, else derived from the country (mapping.currencies goes first), else the configured default",
    },
    stateProvince: { wants: 'a state or province in two characters, such as WA', from: SPEND_SENT },
    budgetCountryCode: { wants: COUNTRY, from: SPEND_SENT },
    ledgerCode: { wants: "a ledger of the company's, in 20 characters at most", from: SPEND_SENT },
    cashAdvanceAccountCode: {
      wants: "a cash advance account of the company's, in 20 characters at most",
      from: SPEND_SENT,
    },
    reimbursementType: { wants: 'ACCOUNTS_PAYABLE, ADP_PAYROLL, CONCUR_PAY or OTHER', from: SPEND_SENT },
    testEmployee: { wants: 'true or false at the creation, and no change later', from: SPEND_SENT },
    nonEmployee: { wants: 'true or false', from: SPEND_SENT },
    biManager: { wants: `${PERSON}, and no circle of managers`, from: SPEND_SENT },
    customData: {
      wants:
        "each of the ids custom1 to custom22 and orgUnit1 to orgUnit6 once, as the company's forms have them; in a field with a list, the code of an item",
      from: SPEND_SENT,
    },
  },
  [SPEND_ROLE]: {
    roles: {
      wants:
        "each of SAP's role codes once, with groups that the company has; EXP_USER, REQ_USER and INV_PMT_USER follow from entitlements and cannot be sent",
    },
  },
  [SPEND_APPROVER]: {
    report: APPROVER,
    request: APPROVER,
    cashAdvance: APPROVER,
    invoice: APPROVER,
    purchaseRequest: APPROVER,
    statement: APPROVER,
    budget: APPROVER,
  },
  [SPEND_APPROVER_LIMIT]: { authorizedApprover: LIMIT, costObjectApprover: LIMIT },
  [SPEND_DELEGATE]: { expense: DELEGATE, payment: DELEGATE, purchaseRequest: DELEGATE },
  [PAYROLL]: {
    adp: {
      wants:
        'companyCode, deductionCode and employeeFileNumber together, for somebody whose reimbursementType is ADP_PAYROLL',
      isPrivate: true,
    },
  },
  [TRAVEL]: {
    ruleClass: { wants: "the id or the exact name of a rule class of the company's; travel needs one" },
    groups: { wants: "ids of the company's travel user groups" },
    manager: { wants: PERSON },
    customFields: { wants: "names of the company's travel fields" },
    orgUnit: { wants: "the exact name of an org unit or division of the company's" },
    gender: { wants: 'Female or Male', isPrivate: true },
  },
};
