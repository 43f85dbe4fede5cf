import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { run } from './child.ts';

const program = createProgram();
const commands = [program, ...below(program)];

it('has the commands that others rely on', () => {
  expect(program.commands.map((command) => command.name())).toEqual(
    expect.arrayContaining([
      'init',
      'connect',
      'serve',
      'demo',
      'simulate',
      'status',
      'requests',
      'retry',
      'hold',
      'offboard',
      'delivery',
      'token',
    ]),
  );
});

it.each(commands.map((command) => [command.name(), command] as const))(
  '%s is described and has examples that name it',
  (_, command) => {
    const text = helpOf(command);
    expect(command.description()).toMatch(/^[A-Z].*\.$/);
    expect(text).toContain('Examples:');
    const [, examples = ''] = text.split('Examples:');
    expect(examples.trim().split('\n')[0]).toContain(
      command === program ? 'concur-scim-bridge' : pathOf(command),
    );
    expect(text).toContain('--config <file>');
  },
);

it('prints help on stdout and returns 0', async () => {
  const { code, stdout, stderr } = await run(['status', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--connection <name>');
  expect(stderr).toBe('');
});

function below(command: Command): readonly Command[] {
  return command.commands.flatMap((one) => [one, ...below(one)]);
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}
