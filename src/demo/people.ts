import { type Office, officeNamed } from './offices.ts';

/** Somebody who works at the company of the demonstration, as HR knows them. */
export interface Employee {
  readonly givenName: string;
  readonly familyName: string;
  /** Also the e-mail address. */
  readonly userName: string;
  readonly employeeNumber: string;
  readonly title: string;
  readonly department: string;
  readonly costCenter: string;
  readonly office: Office;
  /** The employee number of the manager; null at the top. */
  readonly manager: string | null;
  readonly mobile?: string;
  /** A reimbursement currency that differs from the country's. */
  readonly currency?: string;
}

// Name | title | department | office | user name of the manager. Nobody here exists.
const COMMERCIAL = `
Margaret Holloway   | Chief Commercial Officer    | Commercial       | New York  |
Daniel Okonkwo      | Vice President Sales        | Sales            | New York  | margaret.holloway
Priya Raman         | Vice President Marketing    | Marketing        | London    | margaret.holloway
Tomás Villanueva    | Vice President Customers    | Customer Success | Madrid    | margaret.holloway
Ingrid Lindqvist    | Head of Partnerships        | Partnerships     | Stockholm | margaret.holloway
Caleb Whitfield     | Sales Director Americas     | Sales            | New York  | daniel.okonkwo
Sophie Marchetti    | Sales Director EMEA         | Sales            | Paris     | daniel.okonkwo
Kenji Morimoto      | Sales Director APAC         | Sales            | Tokyo     | daniel.okonkwo
Rachel Abernathy    | Account Executive           | Sales            | New York  | caleb.whitfield
Luis Carranza       | Account Executive           | Sales            | Denver    | caleb.whitfield
Emma Thorsby        | Account Executive           | Sales            | Toronto   | caleb.whitfield
Jordan Pickering    | Sales Engineer              | Sales            | Denver    | caleb.whitfield
Nadia Benhaddou     | Account Executive           | Sales            | Paris     | sophie.marchetti
Felix Obermann      | Account Executive           | Sales            | Berlin    | sophie.marchetti
Saskia van Leeuwen  | Account Executive           | Sales            | Amsterdam | sophie.marchetti
Alejandro Quiroga   | Sales Engineer              | Sales            | Madrid    | sophie.marchetti
Yuki Tanabe         | Account Executive           | Sales            | Tokyo     | kenji.morimoto
Arjun Deshmukh      | Account Executive           | Sales            | Bengaluru | kenji.morimoto
Olivia Pemberton    | Account Executive           | Sales            | Sydney    | kenji.morimoto
Harriet Lockwood    | Brand Manager               | Marketing        | London    | priya.raman
Marcus Adeyemi      | Content Lead                | Marketing        | London    | priya.raman
Chloé Fontanel      | Events Manager              | Marketing        | Paris     | priya.raman
Tobias Wernicke     | Marketing Analyst           | Marketing        | Berlin    | priya.raman
Maeve Gallagher     | Communications Manager      | Marketing        | Dublin    | priya.raman
Beatriz Montalvo    | Customer Success Manager    | Customer Success | Madrid    | tomas.villanueva
Samuel Osterhaus    | Customer Success Manager    | Customer Success | Amsterdam | tomas.villanueva
Grace Nakamura      | Customer Success Manager    | Customer Success | Tokyo     | tomas.villanueva
Ethan Calloway      | Support Lead                | Customer Success | New York  | tomas.villanueva
Lakshmi Venkatesan  | Support Engineer            | Customer Success | Bengaluru | ethan.calloway
Patrick Delahunt    | Support Engineer            | Customer Success | Dublin    | ethan.calloway
Astrid Hallgren     | Partner Manager             | Partnerships     | Stockholm | ingrid.lindqvist
Noah Feldkamp       | Partner Manager             | Partnerships     | München   | ingrid.lindqvist
`;

const OPERATIONS = `
Katharina Brandauer | Chief Operating Officer     | Operations       | Berlin    |
William Ashcombe    | Vice President Engineering  | Engineering      | London    | katharina.brandauer
Helene Dubrovnik    | Chief Financial Officer     | Finance          | Zürich    | katharina.brandauer
Rohan Kulkarni      | Director Platform           | Engineering      | Bengaluru | william.ashcombe
Isabel Navarrete    | Director Product            | Engineering      | Madrid    | william.ashcombe
Stefan Kaltenbach   | Director Security           | Engineering      | München   | william.ashcombe
Ananya Chatterjee   | Staff Engineer              | Engineering      | Bengaluru | rohan.kulkarni
Vikram Subramani    | Software Engineer           | Engineering      | Bengaluru | rohan.kulkarni
Lars Petterson      | Software Engineer           | Engineering      | Stockholm | rohan.kulkarni
Mei Lin Tan         | Software Engineer           | Engineering      | Singapore | rohan.kulkarni
Jakub Sedlacek      | Software Engineer           | Engineering      | Berlin    | rohan.kulkarni
Fiona McAllister    | Site Reliability Engineer   | Engineering      | Dublin    | rohan.kulkarni
Diego Santamaria    | Product Manager             | Engineering      | Madrid    | isabel.navarrete
Camille Rousselot   | Product Designer            | Engineering      | Paris     | isabel.navarrete
Hannah Vogelsang    | Product Manager             | Engineering      | Berlin    | isabel.navarrete
Oscar Fairweather   | User Researcher             | Engineering      | London    | isabel.navarrete
Miriam Rosenthal    | Security Engineer           | Engineering      | New York  | stefan.kaltenbach
Ji-woo Han          | Security Engineer           | Engineering      | Singapore | stefan.kaltenbach
Dominik Ziegler     | Identity Engineer           | Engineering      | München   | stefan.kaltenbach
Reto Ammann         | Head of Controlling         | Finance          | Zürich    | helene.dubrovnik
Charlotte Winslow   | Head of Accounting          | Finance          | London    | helene.dubrovnik
Nikhil Bhattacharya | Treasury Analyst            | Finance          | Singapore | helene.dubrovnik
Céline Baumgartner  | Controller                  | Finance          | Zürich    | reto.ammann
Matthias Huber      | Controller                  | Finance          | München   | reto.ammann
Eleanor Whitcombe   | Accountant                  | Finance          | London    | charlotte.winslow
Bram Hoekstra       | Accountant                  | Finance          | Amsterdam | charlotte.winslow
Aoife Brennan       | Accounts Payable Clerk      | Finance          | Dublin    | charlotte.winslow
Joanna Castellano   | Payroll Specialist          | Finance          | New York  | charlotte.winslow
Gregor Steinhauer   | Facilities Manager          | Operations       | Berlin    | katharina.brandauer
Amelia Stratford    | Travel Manager              | Operations       | London    | katharina.brandauer
Takeshi Yamaguchi   | Regional Operations Manager | Operations       | Tokyo     | katharina.brandauer
Georgia Papadakis   | Executive Assistant         | Operations       | Berlin    | katharina.brandauer
`;

const COST_CENTERS: Readonly<Record<string, string>> = {
  Commercial: '1000',
  Sales: '1100',
  Marketing: '1200',
  'Customer Success': '1300',
  Partnerships: '1400',
  Operations: '2000',
  Engineering: '2100',
  Finance: '2200',
};

/** The tree that Okta provisions, managers before their reports. */
export const COMMERCIAL_PEOPLE: readonly Employee[] = parse(COMMERCIAL, 10_001);

/** The tree that Microsoft Entra ID provisions, managers before their reports. */
export const OPERATIONS_PEOPLE: readonly Employee[] = parse(OPERATIONS, 20_001);

function parse(rows: string, firstNumber: number): readonly Employee[] {
  const cells = rows
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()));
  const numbers = new Map(
    cells.map(([name = ''], index) => [localPart(name), String(firstNumber + index)] as const),
  );
  return cells.map(([name = '', title = '', department = '', office = '', manager = '']) => {
    const [givenName, familyName] = split(name);
    return {
      givenName,
      familyName,
      userName: `${localPart(name)}@example.com`,
      employeeNumber: numbers.get(localPart(name)) ?? '',
      title,
      department,
      costCenter: COST_CENTERS[department] ?? '',
      office: officeNamed(office),
      manager: numbers.get(manager) ?? null,
    };
  });
}

/** The given name is the first word, or the first two of `Mei Lin Tan`; `van` begins a family name. */
function split(name: string): readonly [givenName: string, familyName: string] {
  const words = name.split(' ');
  const familyWords = words.includes('van') ? words.length - 1 : 1;
  return [words.slice(0, -familyWords).join(' '), words.slice(-familyWords).join(' ')];
}

function localPart(name: string): string {
  const [givenName, familyName] = split(name);
  return `${givenName}.${familyName}`
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/ /g, '-')
    .toLowerCase();
}
