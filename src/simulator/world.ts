import type { Company } from './company.ts';
import type { PatchAdd } from './patch.ts';
import type { Users } from './users.ts';

/** A breach of SAP's rules for callers that the simulator saw. */
export interface Violation {
  readonly code: string;
  readonly detail: string;
  readonly at: number;
}

/** What every part of the simulator shares. */
export interface World {
  readonly company: Company;
  readonly users: Users;
  readonly patchAdd: PatchAdd;
  readonly violations: Violation[];
  /** How far the clock of the `Date` header is ahead, in milliseconds; negative: behind. */
  dateSkew: number;
  now(): number;
  /** The base URI of the simulator, without a slash at the end. */
  baseUrl(): string;
  newId(): string;
}

/** Notes a breach. */
export function violate(world: World, code: string, detail: string): void {
  world.violations.push({ code, detail, at: world.now() });
}

/** The base URI of the data centre where the company lives, undefined when it lives here. */
export function elsewhere({ company, baseUrl }: Pick<World, 'company' | 'baseUrl'>): string | undefined {
  return company.livesAt === null || company.livesAt === baseUrl() ? undefined : company.livesAt;
}
