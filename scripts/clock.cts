/**
 * Preloaded (`node --require`) into a Node-RED that works on the sandbox: moves its clock to the sandbox's, so that
 * what is due there is due here. The sandbox begins at a fixed day, whatever the calendar on the wall says.
 */
const offset = Number(process.env["SANDBOX_CLOCK_OFFSET_MS"] ?? 0);
if (offset !== 0) {
  const Real = Date;
  const moved = class extends Real {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [Real.now() + offset] : given) as [number]));
    }
    static override now(): number {
      return Real.now() + offset;
    }
  };
  globalThis.Date = moved as DateConstructor;
}
