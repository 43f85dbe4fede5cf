import type { ConnectionSettings } from '../domain/connection.ts';
import type { Credential } from '../domain/credential.ts';
import type { DeliveryStanding } from '../domain/delivery.ts';
import type { Granted } from '../domain/granted.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { Gap, Waiting } from '../domain/plan.ts';
import type { Profile } from '../domain/profile.ts';
import type { Reports } from '../domain/reports.ts';
import type { Outside } from '../domain/scope.ts';
import type { Verdicts } from '../domain/verdicts.ts';
import type { Directory } from '../scim/directory.ts';
import type { UnknownMembers } from '../scim/groups.ts';

/** The connection that is meant where none is named. */
export const DEFAULT_CONNECTION = 'default';

/** What Concur should hold for a person, for an admin to compare with what it holds. */
export interface Description {
  readonly desired: Profile;
  /** Derived values that only fill a gap. */
  readonly initial: Profile;
  /** The person is outside the scope, and their user is deactivated or kept; absent: inside. */
  readonly outside?: NonNullable<Outside>;
  /** Values that wait for a person. */
  readonly waitingFor: readonly Waiting[];
  readonly gaps: readonly Gap[];
  /** The scope that is lacking to write a value; null when it may be written. */
  readonly missingFor: Granted['missingFor'];
}

/** One connection as the transport needs it. Its settings may change between two requests. */
export interface HttpConnection {
  readonly name: string;
  readonly directory: Directory;
  /** What becomes of a group's member who is not here. */
  readonly unknownMembers: UnknownMembers;
  readonly reports: Reports;
  /** The SCIM tokens of this connection alone; null for a token that is none of them. */
  readonly tokens: { verify(token: string): Promise<{ name: string } | null> };
  /** How many requests each of them may send per second; null: any number. */
  readonly rateLimit: number | null;
  /** Null: this process delivers nothing, and knows of no verdict. */
  readonly verdicts: Verdicts | null;
  /** Called after a write was committed, so that the worker need not wait for its next look. */
  readonly onAccepted: () => void;
  /** Called when Concur announces, signed, that a provisioning request is done. Asks Concur nothing. */
  readonly onProvisionCompleted: (provisionId: string) => Promise<void>;
  /** What the connection gets its access tokens with; null: it is not connected. */
  readonly credential: () => Promise<Credential | null>;
  readonly writeApi: ConnectionSettings['writeApi'];
  readonly describe: (record: PersonRecord) => Promise<Description>;
  /** Whether changes are sent to Concur. */
  readonly delivery: () => Promise<DeliveryStanding>;
  /** Turns the switch that all processes share. */
  readonly switchDelivery: (to: 'on' | 'off') => Promise<void>;
}
