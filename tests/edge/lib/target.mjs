// One target, in its own process, because the emulations of the runtimes change the global scope.
import { startEmulator } from './emulator.mjs';
import { Report } from './report.mjs';

const name = process.argv[2];
// End if the parent process ended.
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
