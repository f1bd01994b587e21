/** Mocha's spec reporter, plus the totals as JSON in the file that TOTALS names, for the summary of a whole run. */
const { writeFileSync } = require("node:fs");
const Mocha = require("mocha");

module.exports = class extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.TOTALS) writeFileSync(process.env.TOTALS, JSON.stringify({ passes, failures, pending }));
    });
  }
};
