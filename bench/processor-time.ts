/**
 * Milliseconds of processor time that this thread has used. For work of one thread it says what a clock says on an idle
 * machine, and goes on saying that on a busy one, where others get part of the time.
 */
export function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
