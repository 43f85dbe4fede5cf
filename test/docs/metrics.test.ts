import { expect, it } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';
import { codeOf, rowsOf, sectionOf, textOf } from './page.ts';

it('docs/operations.md has every metric of the bridge, with its labels', async () => {
  const metrics = createMetrics([], () => 0);
  const { text } = await metrics.render();
  const served = [...text.matchAll(/^# TYPE (bridge_\w+) /gm)].map(([, name]) => name);
  const source = textOf('src/http/metrics.ts');
  const [, ...rows] = rowsOf(sectionOf(textOf('docs/operations.md'), '### Metrics'));
  const listed = rows.map(([name = '', labels = '']) => ({ name: codeOf(name)[0], labels: codeOf(labels) }));
  expect(listed.map(({ name }) => name).sort()).toEqual(served.sort());
  for (const { name, labels } of listed) {
    const [, declared = ''] = source.split(`name: '${name}'`)[1]?.split(/labelNames: \[([^\]]*)\]/) ?? [];
    expect(labels).toEqual(declared.split(', ').map((label) => label.replaceAll("'", '')));
  }
});
