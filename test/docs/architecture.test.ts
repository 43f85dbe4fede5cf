import { expect, it } from 'vitest';
import { MAY_IMPORT } from '../rooms.ts';
import { codeOf, rowsOf, textOf } from './page.ts';

it('docs/architecture.md states the import directions that are enforced', () => {
  const stated = rowsOf(textOf('docs/architecture.md'))
    .filter(([rooms = '']) => rooms.startsWith('`src/'))
    .flatMap(([rooms = '', , imports = '']) =>
      codeOf(rooms).map((path) => [roomOf(path), importsOf(imports)]),
    );
  expect(Object.fromEntries(stated)).toEqual(MAY_IMPORT);
});

/** `src/main.ts` stands for the files beside the rooms. */
function roomOf(path: string): string {
  return /^src\/([^/]+)\/$/.exec(path)?.[1] ?? '';
}

function importsOf(cell: string): readonly string[] | 'everything' {
  if (cell === 'everything') return cell;
  return cell === 'nothing of ours' ? [] : cell.split(', ');
}
