import type { Page } from "playwright-core";

/** What a form shows that a person could not use, in words; empty when all is well. */
export interface FormFaults {
  unlabelled: string[];
  /** Text that stands out too little from its ground, with the contrast ratio. */
  faint: string[];
}

/** Least contrast of text to its ground (WCAG 2.2, 1.4.3 AA). Buttons have the colours of the editor's own. */
const CONTRAST = 4.5;

/** Looks at every visible control and text of the uppermost form. */
export async function formFaults(page: Page): Promise<FormFaults> {
  return await page
    .locator(".red-ui-tray .clc")
    .last()
    .evaluate((form, least): FormFaults => {
      const visible = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true });
      const nameOf = (control: Element): string => {
        const labels = "labels" in control ? [...((control.labels as NodeListOf<Element> | null) ?? [])] : [];
        const by = document.getElementById(control.getAttribute("aria-labelledby") ?? "");
        const named = [
          by?.textContent,
          control.getAttribute("aria-label"),
          control.getAttribute("title"),
          control.textContent,
        ];
        return [...labels.map((label) => label.textContent), ...named].find((name) => (name ?? "").trim() !== "") ?? "";
      };
      const colour = (text: string): number[] => (text.match(/[\d.]+/g) ?? []).map(Number);
      const brightness = ([red = 0, green = 0, blue = 0]: number[]): number => {
        const [r = 0, g = 0, b = 0] = [red, green, blue].map((part) => {
          const share = part / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const groundOf = (element: Element): number[] => {
        let at: Element | null = element;
        while (at !== null) {
          const ground = colour(getComputedStyle(at).backgroundColor);
          if (ground.length === 3 || (ground[3] ?? 0) > 0.5) return ground;
          at = at.parentElement;
        }
        return [255, 255, 255];
      };
      const controls = [...form.querySelectorAll("input, select, textarea, button, summary")].filter(visible);
      const unlabelled = controls.filter((control) => nameOf(control) === "").map((control) => control.outerHTML);
      const faint: string[] = [];
      for (const element of form.querySelectorAll("*")) {
        const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
        const words = own
          .map((node) => node.textContent ?? "")
          .join("")
          .trim();
        if (words === "" || !visible(element) || element.matches("option, :disabled, script, style")) continue;
        if (element.closest(".red-ui-button:not(.clc-line), .red-ui-typedInput-container") !== null) continue;
        const [ink, ground] = [brightness(colour(getComputedStyle(element).color)), brightness(groundOf(element))];
        const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
        if (ratio < least) faint.push(`${ratio.toFixed(1)}: ${words.slice(0, 60)} <${element.className}>`);
      }
      return { unlabelled, faint };
    }, CONTRAST);
}

/** Most controls that are walked through: further rows of a long table are like the first. */
const MOST = 60;

/** Walks through the uppermost form by Tab from its top. @returns controls that were shown but never reached */
export async function notReachedByTab(page: Page): Promise<string[]> {
  const form = page.locator(".red-ui-tray .clc").last();
  const count = await form.evaluate((root, most) => {
    const shown = [...root.querySelectorAll<HTMLElement>("input, select, textarea, button, summary")]
      .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.matches(":disabled"))
      .slice(0, most);
    for (const control of shown) control.dataset["reach"] = "no";
    root.addEventListener("focusin", ({ target }) => {
      if (target instanceof HTMLElement) delete target.dataset["reach"];
    });
    shown[0]?.focus();
    return shown.length;
  }, MOST);
  for (let step = 0; step < count; step += 1) await page.keyboard.press("Tab");
  return await form.evaluate((root) =>
    [...root.querySelectorAll<HTMLElement>("[data-reach]")].map((control) => {
      const missed = control.outerHTML.slice(0, 200);
      delete control.dataset["reach"];
      return missed;
    }),
  );
}
