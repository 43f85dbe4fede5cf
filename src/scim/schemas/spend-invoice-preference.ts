import { flag, type Schema } from '../schema.ts';

/** The person's preferences in Concur Invoice. */
export const spendInvoicePreferenceSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:spend:2.0:InvoicePreference',
  name: 'SpendInvoicePreference',
  description: 'Concur invoice preferences',
  attributes: [
    flag('emailOnPurchasingAssigned', 'E-mail when a request is assigned to purchasing.'),
    flag('emailOnPurchasingSendBack', 'E-mail when purchasing sends a request back.'),
    flag('emailOnFaxImageAvailablePaymentRequest', "E-mail when a payment request's fax image is available."),
    flag('promptNewLineItemsPaymentRequest', 'Offer new line items when a payment request is created.'),
    flag('displayInlineImage', 'Show images inline.'),
    flag('autoOpenImage', 'Open images automatically.'),
  ],
};
