/**
 * Loaded before the bridge (`node --import`): its clocks go as the system's do, but ahead of them by what the query of
 * this module's URL says, and by what the parent process tells later. So hours pass in a moment for the program as it
 * is. A time that was told moves forward only.
 */
const systemTime = Date.now;
const systemUptime = performance.now.bind(performance);
let ahead = Number(new URL(import.meta.url).searchParams.get('ahead'));

Date.now = () => systemTime() + ahead;
performance.now = () => systemUptime() + ahead;

process.on('message', (told) => {
  if (typeof told === 'number') ahead = Math.max(ahead, told);
});
// No program outlives the bench.
process.on('disconnect', () => process.exit());
// Whoever only listens to a parent does not go on living for that.
process.channel?.unref();
