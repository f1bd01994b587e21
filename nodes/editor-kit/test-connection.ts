import { ask, isDeployed } from "./api.js";
import { el, place } from "./dom.js";
import type { Text } from "./text.js";

/** One look of a connection test: what was tried and what was found, or which permission or setting is missing. */
export interface ConnectionCheck {
  what: string;
  ok: boolean;
  /** Could not be found out by reading alone. */
  unknown?: boolean;
  text: string;
}
export interface ConnectionReport {
  ok: boolean;
  checks: ConnectionCheck[];
}

/**
 * Wires the "Test connection" button of a connection form: `#clc-test` runs it, `#clc-test-report` shows each check.
 * The runtime tests what is deployed, never what stands in the form: hosts and passwords do not travel in a query.
 */
export function prepareTest(text: Text, type: string, id: string): void {
  const trigger = place("clc-test") as HTMLButtonElement;
  const report = place("clc-test-report");
  trigger.addEventListener("click", () => {
    if (!isDeployed(id)) {
      report.replaceChildren(line("warn", text("kit.call.deploy-first")));
      return;
    }
    trigger.disabled = true;
    report.replaceChildren(line("busy", text("kit.test.running")));
    ask<ConnectionReport>(text, { type, id }, "test")
      .then(
        (answer) => report.replaceChildren(...lines(text, answer)),
        (error: Error) => report.replaceChildren(line("fail", error.message)),
      )
      .finally(() => {
        trigger.disabled = false;
        report.scrollIntoView({ block: "nearest" });
      });
  });
}

function lines(text: Text, report: ConnectionReport): HTMLElement[] {
  const checks = report.checks.map((check) =>
    line(check.ok ? "ok" : check.unknown === true ? "warn" : "fail", `${nameOf(text, check.what)}: ${check.text}`),
  );
  return [...checks, line(report.ok ? "ok" : "fail", text(report.ok ? "kit.test.passed" : "kit.test.failed"))];
}

/** The check's name in the person's language; a check that the catalogue does not know keeps its own word. */
function nameOf(text: Text, what: string): string {
  const key = `kit.test.check.${what.replaceAll(" ", "-")}`;
  const name = text(key);
  return name.endsWith(key) ? what : name;
}

const ICONS = { ok: "fa-check", fail: "fa-times", warn: "fa-exclamation-triangle", busy: "fa-spinner fa-spin" };

function line(kind: keyof typeof ICONS, message: string): HTMLElement {
  return el("li", { class: `clc-${kind}` }, el("i", { class: `fa ${ICONS[kind]}`, "aria-hidden": "true" }), message);
}
