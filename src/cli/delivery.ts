import { Argument, type Command } from 'commander';
import { nameOf } from '../config/standing.ts';
import { type DeliveryStanding, deliveryStanding } from '../domain/delivery.ts';
import { DEFAULT_CONNECTION } from '../http/connection.ts';
import type { OpenConnection } from '../open-connection.ts';
import { colour } from './colour.ts';
import { sourcesOf, withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson, showTime } from './print.ts';

/** Whether changes are sent, and how many leavers wait where they are not. */
interface Shown {
  readonly standing: DeliveryStanding;
  /** The switch alone, which the configuration wins over. */
  readonly switched: 'on' | 'off';
  readonly openDeactivations: number;
  /** ISO 8601; null: no leaver waits. */
  readonly oldestOpenDeactivation: string | null;
}

/** Adds `delivery`: the switch that says whether anything is sent to Concur. */
export function addDelivery(program: Command): void {
  const command = withJsonOption(withConnectionOption(program.command('delivery')))
    .description('Say whether changes are sent to Concur, or switch that off and on while the server runs.')
    .addArgument(
      new Argument('[what]', 'on, off, or status, which changes nothing')
        .choices(['on', 'off', 'status'])
        .default('status'),
    )
    .action((what: 'on' | 'off' | 'status', { json }: { json?: true }) =>
      withConnection(command, 'refuse', async (connection) => {
        if (what !== 'status') await connection.store.delivery.set(what);
        const shown = await read(connection);
        if (json === true) printJson(report(connection, shown));
        else print(view(what, shown, placeOf(command, connection.configuration.name, 'delivery')));
        // Whoever switched it on, and nothing is sent, is to notice.
        if (what === 'on' && shown.standing.delivery === 'off') process.exitCode = 1;
      }),
    );
  withExamples(command, [
    ['delivery', 'whether anything is sent'],
    ['delivery off', 'from now on nothing is sent: changes are accepted and wait'],
    ['delivery on --connection emea', 'what waited is sent, deactivations first'],
  ]);
  command.addHelpText(
    'after',
    '\nEvery running process follows within seconds. delivery: off in the configuration wins over the switch.',
  );
}

/** Where the configuration says something of a connection: `connections.default.delivery (bridge.yaml:7)`. */
export function placeOf(command: Command, connection: string, setting: 'delivery' | 'scope'): string {
  return connection === DEFAULT_CONNECTION
    ? nameOf(`connections.<name>.${setting}`, sourcesOf(command))
    : `connections.${connection}.${setting}`;
}

async function read({ store, configuration }: OpenConnection): Promise<Shown> {
  const { openDeactivations, oldestOpenDeactivation } = await store.reports.summary();
  const switched = await store.delivery.read();
  return {
    standing: deliveryStanding(configuration.delivery, switched),
    switched,
    openDeactivations,
    oldestOpenDeactivation:
      oldestOpenDeactivation === null ? null : new Date(oldestOpenDeactivation).toISOString(),
  };
}

function report({ configuration: { name } }: OpenConnection, { standing, switched: _, ...waiting }: Shown) {
  return { connection: name, ...standing, ...waiting };
}

function view(what: 'on' | 'off' | 'status', shown: Shown, place: string): string {
  const { standing } = shown;
  if (standing.delivery === 'on') {
    const now = what === 'on' ? ' now; what waited is sent, deactivations first' : '';
    return `Delivery is ${colour('green', 'on')}${now}.`;
  }
  return [
    ...(what === 'off' ? ['The switch is off.'] : what === 'on' ? ['The switch is on.'] : []),
    offText(shown, place),
  ].join('\n');
}

/**
 * Says that nothing is sent, why, how that is ended, and how many leavers wait for it.
 *
 * @param place where the configuration says so: `connections.default.delivery (bridge.yaml:7)`
 */
export function offText(shown: Shown, place: string): string {
  const { openDeactivations, oldestOpenDeactivation } = shown;
  const leavers =
    openDeactivations === 0
      ? 'No leaver waits to be deactivated.'
      : `${openDeactivations} ${openDeactivations === 1 ? 'leaver waits' : 'leavers wait'} to be deactivated, since ${showTime(oldestOpenDeactivation)}.`;
  return `${colour('red', whyOff(shown, place))}\n${leavers}`;
}

function whyOff({ standing, switched }: Shown, place: string): string {
  const accepted = 'changes are accepted and planned, and nothing is sent to Concur';
  if (standing.offBy === 'switch') {
    return `Delivery is switched off (delivery on switches it on): ${accepted}.`;
  }
  const configured = `Delivery is off by the configuration, ${place}, which wins over the switch`;
  if (switched === 'off') return `${configured}, and that is off too: ${accepted}.`;
  // A running server goes by what it read last, but the switch stops it whatever that was.
  return (
    `${configured}: ${accepted} by a server that has read this.\n` +
    'A running server that has not read it yet is not stopped by it: reload it (SIGHUP, or POST /api/v1/reload), or use delivery off.'
  );
}
