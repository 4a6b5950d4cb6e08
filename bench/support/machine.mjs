// What Linux says of processes and of the machine: processor time, memory, who else is working.
import { readdirSync, readFileSync } from 'node:fs';

/** The clock of /proc/PID/stat, the same on every Linux: 100 ticks a second. */
const microsecondsPerTick = 10_000;

function readStat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name before the bracket may hold anything, spaces and brackets included.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [own, reaped] = [Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14])];
  return { parent: Number(fields[1]), own: own * microsecondsPerTick, reaped: reaped * microsecondsPerTick };
}

/** Processor time of a process with all of its threads, in µs. */
export const processorTime = (pid) => readStat(pid).own;

/** What is not under the driver and works for it nevertheless. */
const alsoOurs = new Set();

/** From now on a process and all under it are none of the others that `watchOthers` looks for. */
export const countAsOurs = (pid) => alsoOurs.add(pid);

/** Of a process and all under it, ended ones included: PostgreSQL starts a process for each connection. */
export function processorTimeOfTree(root) {
  const all = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      all.set(Number(name), readStat(name));
    } catch {
      // It has ended since the listing.
    }
  }
  const isOurs = (pid) => pid === root || (all.has(pid) && isOurs(all.get(pid).parent));
  return [...all].reduce((sum, [pid, { own, reaped }]) => sum + (isOurs(pid) ? own + reaped : 0), 0);
}

/** Time that the machine's cores were busy with anything, what a hypervisor took for others included. */
function busyTime() {
  const [user, nice, system, , , irq, softirq, steal] = /^cpu +(.+)$/m
    .exec(readFileSync('/proc/stat', 'latin1'))[1]
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * microsecondsPerTick;
}

const ourTime = () => [process.pid, ...alsoOurs].reduce((sum, root) => sum + processorTimeOfTree(root), 0);

/** Begins to watch for others; what it returns gives the share of the machine that they have taken since. */
export function watchOthers() {
  const [began, busy, ours] = [process.hrtime.bigint(), busyTime(), ourTime()];
  return () => {
    const elapsed = Number(process.hrtime.bigint() - began) / 1_000;
    const others = busyTime() - busy - (ourTime() - ours);
    return Math.max(0, others / elapsed / countCores());
  };
}

const countCores = () => readFileSync('/proc/stat', 'latin1').match(/^cpu\d/gm).length;

/** Resident memory of a process in bytes. */
export function residentMemory(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) * 1024;
}

export const loadAverage = () => readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 3).join(' ');

/** Files and sockets that a process of ours may have open. */
export function openFilesLimit() {
  const limit = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))[1];
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
