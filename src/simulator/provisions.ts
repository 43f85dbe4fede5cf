import type { Message } from './attributes.ts';
import { EXTENSION_SCHEMAS, eraseUnnamed, writeExtension } from './extensions.ts';
import { IDENTITY_SCHEMAS, type IdentityOutcome, notFound, writeIdentity } from './identity.ts';
import { done, isDeactivation, type Operation } from './operation.ts';
import { CORE, SPEND_USER, schemaOf } from './schemas.ts';
import { violate, type World } from './world.ts';

/** One provisioning request. */
export interface Provision {
  readonly id: string;
  readonly kind: 'User' | 'Bulk';
  readonly correlationId: string;
  readonly created: number;
  lastModified: number;
  completed: number | undefined;
  readonly operations: readonly Operation[];
  readonly scopes: ReadonlySet<string>;
  readonly failOnErrors: number;
  /** When a status call was last answered that the request is not completed. */
  lastPending: number | undefined;
}

/** How long the services take, in milliseconds; `undefined` for ever. */
export interface Pace {
  readonly identity: number;
  readonly extensions: number | undefined;
}

/** The provisioning requests of the company, by id. */
export interface Provisions {
  readonly all: ReadonlyMap<string, Provision>;
  /** Carries out what is due. To be called before anything is read or written. */
  settle(): void;
  /** A provisioning request that is not yet forgotten; one that has run too long is failed first. */
  get(id: string): Provision | undefined;
  /** Takes a single operation: identity is written at once, spend and travel later. */
  single(operation: Operation, context: Context): { provision: Provision; outcome: IdentityOutcome };
  /** Takes a Bulk: everything is done later. */
  bulk(operations: readonly Operation[], context: Context & { failOnErrors: number }): Provision;
  forget(id: string): void;
}

interface Context {
  readonly correlationId: string;
  readonly scopes: ReadonlySet<string>;
  readonly pace: Pace;
}

const MINUTE = 60_000;
/** "Currently the timeout for each provision request is 120 minutes." */
const TIMEOUT = 120 * MINUTE;
/** "Provisioning status is stored for 7 days from provisioning request date." */
const RETENTION = 7 * 24 * 60 * MINUTE;

/** Makes the User Provisioning Service's memory of requests (v4.user-provisioning.md, "Tracking Completion"). */
export function createProvisions(world: World): Provisions {
  const all = new Map<string, Provision>();
  /** The operations under way by person, with the time at which each stops to count. */
  const openByUser = new Map<string, Map<Operation, number>>();
  const due: { at: number; run(at: number): void }[] = [];

  const open = (operation: Operation): void => {
    if (operation.userId === undefined) return;
    const others = openByUser.get(operation.userId) ?? new Map<Operation, number>();
    if ([...others.values()].some((end) => end > world.now()) && !isDeactivation(operation)) {
      violate(world, 'concurrent-operations', `user ${operation.userId} has another operation under way`);
    }
    openByUser.set(operation.userId, others.set(operation, world.now() + TIMEOUT));
  };
  const close = (operation: Operation, success: boolean, code: string): void => {
    operation.success = success;
    operation.code = code;
    if (operation.userId === undefined) return;
    const others = openByUser.get(operation.userId);
    others?.delete(operation);
    if (others?.size === 0) openByUser.delete(operation.userId);
  };
  const finish = (provision: Provision, at: number): void => {
    provision.lastModified = at;
    if (provision.operations.every(({ success }) => success !== undefined)) provision.completed = at;
  };
  const create = (
    kind: Provision['kind'],
    operations: readonly Operation[],
    context: Context,
    failOnErrors = 0,
  ): Provision => {
    const provision: Provision = {
      id: world.newId(),
      kind,
      correlationId: context.correlationId,
      created: world.now(),
      lastModified: world.now(),
      completed: undefined,
      operations,
      scopes: context.scopes,
      failOnErrors,
      lastPending: undefined,
    };
    for (const old of all.values()) {
      if (world.now() - old.created < RETENTION) break;
      all.delete(old.id);
    }
    all.set(provision.id, provision);
    return provision;
  };
  const later = (
    provision: Provision,
    delay: number | undefined,
    from: number,
    run: (at: number) => void,
  ): void => {
    // What is not done when the request times out is not done at all.
    if (delay === undefined || from + delay >= provision.created + TIMEOUT) return;
    due.push({ at: from + delay, run });
  };

  const doIdentity = (provision: Provision, operation: Operation, at: number): IdentityOutcome => {
    const write = { userId: operation.userId, changes: operation.changes, scopes: provision.scopes, at };
    const outcome = writeIdentity(world, write);
    if (outcome.ok) {
      const { user } = outcome;
      if (operation.userId === undefined) {
        operation.userId = user.id;
        open(operation);
      }
      for (const urn of IDENTITY_SCHEMAS) {
        operation.results.set(urn, done(outcome.changed.has(urn) ? 'success' : 'no-op'));
      }
      if (operation.method === 'PUT') eraseUnnamed(user, operation.changes);
      if (EXTENSION_SCHEMAS.every((urn) => !operation.changes.has(urn))) close(operation, true, '200');
      return outcome;
    }
    // "Other extensions DO NOT process if identity extension fails."
    for (const urn of operation.results.keys()) {
      const messages = outcome.messages.get(urn);
      if (messages) operation.results.set(urn, { result: 'error', code: String(outcome.status), messages });
      else
        operation.results.set(
          urn,
          operation.changes.has(urn) ? { result: 'not-processed', messages: [] } : done('no-op'),
        );
    }
    close(operation, false, String(outcome.status));
    return outcome;
  };

  const doExtensions = (provision: Provision, operation: Operation, at: number): void => {
    const user = operation.userId === undefined ? undefined : world.users.get(operation.userId);
    let code = '200';
    for (const urn of EXTENSION_SCHEMAS) {
      const change = operation.changes.get(urn);
      if (!change) continue;
      const spendUserFailed =
        operation.results.get(SPEND_USER)?.result === 'error' && !user?.extensions.has(SPEND_USER);
      if (!user) {
        operation.results.set(urn, {
          result: 'error',
          code: '404',
          messages: [notFound(operation.userId ?? '')],
        });
        code = '404';
      } else if (spendUserFailed && schemaOf(urn).service === 'spend') {
        // "no-op: … or an upstream process did not complete which blocked the extension."
        operation.results.set(urn, done('no-op'));
      } else {
        const outcome = writeExtension(world, user, urn, change, provision.scopes, at);
        if (outcome.kind === 'error') code = String(outcome.status);
        operation.results.set(
          urn,
          outcome.kind === 'error'
            ? { result: 'error', code: String(outcome.status), messages: outcome.messages }
            : done(outcome.kind),
        );
      }
    }
    close(operation, code === '200', code);
  };

  const doDelete = (operation: Operation, scopes: ReadonlySet<string>): void => {
    const allowed = scopes.has('identity.user.delete');
    const found = allowed && operation.userId !== undefined && world.users.remove(operation.userId);
    const code = found ? '204' : allowed ? '404' : '403';
    operation.results.set(
      CORE,
      found ? done('success') : { result: 'error', code, messages: [notFound(operation.userId ?? '')] },
    );
    close(operation, found, code);
  };

  const doBulkIdentities = (provision: Provision, at: number): void => {
    let failures = 0;
    for (const operation of provision.operations) {
      if (provision.failOnErrors > 0 && failures >= provision.failOnErrors) {
        for (const urn of operation.changes.keys())
          operation.results.set(urn, { result: 'not-processed', messages: [] });
        close(operation, false, '400');
      } else if (operation.method === 'DELETE') {
        doDelete(operation, provision.scopes);
      } else {
        doIdentity(provision, operation, at);
      }
      if (operation.success === false) failures += 1;
    }
    finish(provision, at);
  };
  const doBulkExtensions = (provision: Provision, at: number): void => {
    for (const operation of provision.operations) {
      if (operation.success === undefined) doExtensions(provision, operation, at);
    }
    finish(provision, at);
  };

  return {
    all,
    settle() {
      const now = world.now();
      for (;;) {
        let next: (typeof due)[number] | undefined;
        for (const task of due) if (task.at <= now && (!next || task.at < next.at)) next = task;
        if (!next) return;
        due.splice(due.indexOf(next), 1);
        next.run(next.at);
      }
    },
    get(id) {
      const provision = all.get(id);
      if (!provision) return undefined;
      if (world.now() - provision.created >= RETENTION) {
        all.delete(id);
        return undefined;
      }
      if (provision.completed === undefined && world.now() - provision.created >= TIMEOUT) {
        const messages: Message[] = [
          { code: 'TIMEOUT', message: 'The provisioning request timed out', schemaPath: '', type: 'error' },
        ];
        for (const operation of provision.operations) {
          if (operation.success !== undefined) continue;
          for (const [urn, { result }] of operation.results) {
            if (result === 'processing')
              operation.results.set(urn, { result: 'error', code: '500', messages });
          }
          close(operation, false, '500');
        }
        finish(provision, provision.created + TIMEOUT);
      }
      return provision;
    },
    single(operation, context) {
      const provision = create('User', [operation], context);
      open(operation);
      const outcome = doIdentity(provision, operation, world.now());
      finish(provision, world.now());
      if (operation.success === undefined) {
        later(provision, context.pace.extensions, world.now(), (at) => {
          doExtensions(provision, operation, at);
          finish(provision, at);
        });
      }
      return { provision, outcome };
    },
    bulk(operations, context) {
      const provision = create('Bulk', operations, context, context.failOnErrors);
      for (const operation of operations) open(operation);
      const { identity, extensions } = context.pace;
      later(provision, extensions === undefined ? undefined : identity, world.now(), (at) => {
        doBulkIdentities(provision, at);
        later(provision, extensions, at, (then) => doBulkExtensions(provision, then));
      });
      return provision;
    },
    forget(id) {
      all.delete(id);
    },
  };
}
