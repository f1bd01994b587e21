/**
 * Mocha's spec reporter, plus the totals and the failed tests as JSON in the file that TOTALS names, for the summary of a
 * whole run: `{ passes, failures, pending, failed: [{ title, error }] }`.
 */
const { writeFileSync } = require("node:fs");
const Mocha = require("mocha");

module.exports = class extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on("fail", (test, error) => {
      failed.push({ title: test.titlePath().join(" > "), error: String(error?.message ?? error) });
    });
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.TOTALS) writeFileSync(process.env.TOTALS, JSON.stringify({ passes, failures, pending, failed }));
    });
  }
};
