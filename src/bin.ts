#!/usr/bin/env node
// Only this file runs on any Node: older ones crash in the database driver without a word.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `concur-scim-bridge needs Node 24 or newer; this is ${process.versions.node}.\n` +
      'In a clone, run it through npm (npm run bridge -- COMMAND): the project brings its own Node.\n',
  );
  process.exit(2);
}
if (process.argv.includes('serve')) {
  const { ensureSmallHeap } = await import('./small-heap.ts');
  ensureSmallHeap(process);
}
const { run } = await import('./cli/program.ts');
await run(process.argv);

export {};
