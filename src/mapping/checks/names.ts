import type { Check } from './fault.ts';

/** "The following characters cannot be used" (User Provisioning, `userName`). */
const FORBIDDEN = /[%[#!*&()~'{^}\\/?><,;:+=\]"|]/;

/** A userName, `user@domain`, without the characters that Concur forbids (User Provisioning, `userName`). */
export const userName: Check = (text) => {
  const [forbidden] = FORBIDDEN.exec(text) ?? [];
  if (forbidden !== undefined) return { rule: `It has the character ${forbidden}, which Concur forbids` };
  return /^[^@\s]+@[^@\s]+$/.test(text) ? null : { rule: 'It is no name with a domain' };
};

/** An e-mail address. What a mail server would take is not Concur's concern. */
export const emailAddress: Check = (text) =>
  /^[^@\s]+@[^@\s]+$/.test(text)
    ? null
    : { rule: 'It is no e-mail address', valid: 'an address such as ada@example.com' };
