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
  now(): number;
  /** The base URI of the simulator, without a slash at the end. */
  baseUrl(): string;
  newId(): string;
}

/** Notes a breach. */
export function violate(world: World, code: string, detail: string): void {
  world.violations.push({ code, detail, at: world.now() });
}
