import { PAYROLL } from '../../domain/extensions.ts';
import { attribute, complexAttribute, type Schema } from '../schema.ts';

/** Concur's payroll settings, for people whose reimbursement type is ADP_PAYROLL. */
export const payrollSchema: Schema = {
  id: PAYROLL,
  name: 'Payroll',
  description: 'Concur payroll settings',
  attributes: [
    complexAttribute('adp', 'The settings of ADP payroll.', [
      attribute('companyCode', 'The code of the company in payroll.'),
      attribute('deductionCode', 'The deduction code in payroll.'),
      attribute('employeeFileNumber', "The person's file number in payroll."),
    ]),
  ],
};
