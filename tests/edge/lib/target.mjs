// One target, in a process of its own: what the runtimes' emulations put into the global scope is not for one another.
import { startEmulator } from './emulator.mjs';
import { Report } from './report.mjs';

const name = process.argv[2];
// When who started us is gone, so are we.
process.on('disconnect', () => process.exit(1));

const report = new Report();
const target = await import(`../targets/${name}.mjs`);
const built = await report.step(`${name}: it builds`, () => target.build().then(() => true));
if (built) {
  const emulator = await startEmulator();
  await report.step(`${name}: it runs`, () => target.runTarget(report, emulator));
  await emulator.stop();
}
const { passed, failed } = report;
process.send({ passed, failed }, () => process.exit(0));
