import type { Growth } from './growth.ts';

const WIDTH = 800;
const HEIGHT = 420;
const LEFT = 60;
const RIGHT = 290;
const TOP = 40;
const BOTTOM = 50;
const COLOURS = [
  '#0b62a4',
  '#d9480f',
  '#2b8a3e',
  '#862e9c',
  '#c2255c',
  '#5c940d',
  '#087f5b',
  '#495057',
  '#e67700',
];

/** A drawing (SVG) of how the median time of every operation grows with the number of people, both axes in powers of 10. */
export function growthPlot(grown: readonly Growth[]): string {
  const names = grown.map(({ operation }) => operation);
  const lines = grown.map(({ points }) => points);
  const sizes = lines[0] ?? [];
  const x = scale(
    sizes.map(({ people }) => people),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    lines.flat().map(({ ms }) => ms),
    HEIGHT - BOTTOM,
    TOP,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">Median time of one request in ms, by the number of people</text>`,
    ...y.powers.map(
      (ms) =>
        `<path d="M${LEFT} ${y.at(ms)}H${WIDTH - RIGHT}" stroke="#ddd"/>` +
        `<text x="${LEFT - 8}" y="${y.at(ms) + 4}" text-anchor="end">${ms}</text>`,
    ),
    ...sizes.map(
      ({ people }) =>
        `<text x="${x.at(people)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">` +
        `${people.toLocaleString('en-US')}</text>`,
    ),
    ...lines.map((points, index) => {
      const colour = COLOURS[index % COLOURS.length];
      const path = points.map(({ people, ms }) => `${x.at(people)},${y.at(ms)}`).join(' ');
      const dots = points.map(
        ({ people, ms }) => `<circle cx="${x.at(people)}" cy="${y.at(ms)}" r="3" fill="${colour}"/>`,
      );
      const legend = TOP + 10 + index * 20;
      return (
        `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}` +
        `<rect x="${WIDTH - RIGHT + 20}" y="${legend - 9}" width="10" height="10" fill="${colour}"/>` +
        `<text x="${WIDTH - RIGHT + 36}" y="${legend}">${names[index]}</text>`
      );
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** Where values lie between two places, by powers of 10, the whole powers around the values included. */
function scale(values: readonly number[], from: number, to: number) {
  const lowest = Math.floor(Math.log10(Math.min(...values)));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    powers: Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index)),
    at: (value: number) =>
      Math.round(from + ((Math.log10(value) - lowest) / (highest - lowest)) * (to - from)),
  };
}
