// Loaded into the processes of import: says at the end what they took. Its file is BENCH_REPORT.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.BENCH_REPORT, JSON.stringify({ peak: maxRSS * 1024, cpu: userCPUTime + systemCPUTime }));
});
