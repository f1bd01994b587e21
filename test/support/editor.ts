import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { NodeRed, NodeRedUser } from "../../scripts/node-red.js";
import { PATIENCE_MS, screenshotFolder } from "./browser.js";

/** Answers that the editor itself asks for and that may be missing. */
const EXPECTED_MISSING = /favicon|\/icons\/|library\/examples/;

export interface EditorOptions {
  /** Signs in before the editor loads, where adminAuth is on. */
  user?: NodeRedUser;
  dark?: boolean;
  /** e.g. "de". */
  language?: string;
  width?: number;
  height?: number;
}

/** Node-RED's editor in a fresh browser profile; keeps every console error, failed request and 4xx/5xx answer. */
export class Editor {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #red: NodeRed;
  readonly #faults: string[] = [];
  #tolerated: RegExp[] = [EXPECTED_MISSING];
  /** While the page goes away, the browser breaks off what is under way; that is no fault of the page. */
  #leaving = false;

  private constructor(context: BrowserContext, page: Page, red: NodeRed) {
    this.#context = context;
    this.#red = red;
    this.page = page;
    page.on("console", (message) => {
      const brokenOff = this.#leaving && message.text().startsWith("WebSocket");
      if (message.type() === "error" && !brokenOff) this.#note(`console: ${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) =>
      this.#note(`page: ${(error.stack ?? error.message).split("\n").slice(0, 4).join(" ")}`),
    );
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      if (!this.#leaving || why !== "net::ERR_ABORTED")
        this.#note(`failed: ${request.method()} ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400)
        this.#note(`${response.status()}: ${response.request().method()} ${response.url()}`);
    });
  }

  static async open(browser: Browser, red: NodeRed, options: EditorOptions = {}): Promise<Editor> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1500, height: options.height ?? 1000 },
      locale: options.language ?? "en-US",
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const editor = new Editor(context, await context.newPage(), red);
    if (options.dark === true) {
      await context.addInitScript(() => localStorage.setItem("view-dark-theme", "dark"));
    }
    if (options.language !== undefined) {
      await context.addInitScript((language) => localStorage.setItem("editor-language", language), options.language);
    }
    await editor.page.goto(red.url);
    if (options.user !== undefined) await editor.#signIn(options.user);
    await editor.ready();
    return editor;
  }

  /** Resolves when the palette shows our nodes and the flows are loaded. */
  async ready(): Promise<void> {
    await this.page.waitForSelector(".red-ui-palette-node");
    await this.page.waitForSelector("#red-ui-loading-progress", { state: "hidden" });
    await this.page.waitForFunction(() => RED.nodes.getType("lifecycle-store") !== undefined);
  }

  /** What went wrong in the page so far, and forgets it. */
  takeFaults(): string[] {
    return this.#faults.splice(0);
  }
  /** From now on, faults that match are part of the test and not kept. */
  tolerate(...patterns: RegExp[]): void {
    this.#tolerated = [EXPECTED_MISSING, ...patterns];
  }

  /** Opens the edit form of a node or config node and waits until it stands still. */
  async edit(id: string): Promise<void> {
    await this.#known(id);
    await this.page.evaluate((node) => {
      const found = RED.nodes.node(node);
      if (found._def.category === "config") RED.editor.editConfig("", found.type, node);
      else RED.editor.edit(found);
    }, id);
    await this.page.waitForSelector(".red-ui-tray .clc");
    await this.settled();
  }

  /** Resolves when no tray is sliding and the editor's timers that belong to its opening (width, focus) have run. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => {
      const trays = [...document.querySelectorAll<HTMLElement>(".red-ui-tray")];
      const still = trays.every(
        (tray) => tray.getAnimations().length === 0 && tray.getBoundingClientRect().right <= innerWidth + 1,
      );
      // The last thing that opening does is to raise the stack to 13; closing and opening lower it to 11.
      return still && document.getElementById("red-ui-editor-stack")?.style.zIndex === "13";
    });
  }

  /** Presses Done of the uppermost form and waits until it is gone. */
  async done(): Promise<void> {
    const before = await this.page.locator(".red-ui-tray").count();
    await this.page.locator(".red-ui-tray").last().locator("#node-dialog-ok, #node-config-dialog-ok").click();
    await this.page.waitForFunction((count) => document.querySelectorAll(".red-ui-tray").length < count, before);
  }
  async cancel(): Promise<void> {
    const before = await this.page.locator(".red-ui-tray").count();
    await this.page.locator(".red-ui-tray").last().locator("#node-dialog-cancel, #node-config-dialog-cancel").click();
    await this.page.waitForFunction((count) => document.querySelectorAll(".red-ui-tray").length < count, before);
  }

  /** Cancels whatever a failed test left open, so that the next one starts clean. */
  async closeForms(): Promise<void> {
    const dialog = this.page.locator("dialog.clc-dialog");
    if ((await dialog.count()) > 0) {
      await this.page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    while ((await this.page.locator(".red-ui-tray").count()) > 0) await this.cancel();
  }

  async isChanged(id: string): Promise<boolean> {
    await this.#known(id);
    return await this.page.evaluate((node) => RED.nodes.node(node)?.changed === true, id);
  }
  async isValid(id: string): Promise<boolean> {
    await this.#known(id);
    return await this.page.evaluate((node) => RED.nodes.node(node)?.valid === true, id);
  }
  /** Nodes that the editor marks as not properly configured, each with the reasons. */
  async invalid(): Promise<string[]> {
    return await this.page.evaluate(() => {
      const marked: string[] = [];
      const look = ({ id, type, valid, validationErrors }: EditorNode): void => {
        if (valid === false) marked.push(`${type} ${id}: ${JSON.stringify(validationErrors)}`);
      };
      RED.nodes.eachNode(look);
      RED.nodes.eachConfig(look);
      return marked;
    });
  }
  async property(id: string, name: string): Promise<unknown> {
    await this.#known(id);
    return await this.page.evaluate(([node, key]) => RED.nodes.node(node ?? "")?.[key ?? ""], [id, name]);
  }

  /** Deploys all flows by the button; resolves when the flows run and the editor has taken the answer in. */
  async deploy(): Promise<void> {
    const from = this.#red.output().length;
    const answered = this.page.waitForResponse(
      (response) => response.url().endsWith("/flows") && response.request().method() === "POST",
    );
    await this.page.evaluate(() => RED.actions.invoke("core:deploy-flows"));
    await answered;
    await this.#red.waitFor(/Started (modified )?(flows|nodes)/, PATIENCE_MS, from);
    await this.page.waitForFunction(() => !RED.nodes.dirty());
  }

  /** Loads the page again, as a person would after a deploy by somebody else. */
  async reload(): Promise<void> {
    this.#leaving = true;
    await this.page.reload();
    this.#leaving = false;
    await this.ready();
    await this.page.waitForFunction(() => !RED.nodes.dirty());
  }

  async select(id: string): Promise<void> {
    await this.page.evaluate((node) => RED.view.reveal(node), id);
    await this.page.evaluate((node) => RED.view.select(node), id);
  }

  /** All text that the open form shows. */
  async formText(): Promise<string> {
    return await this.page.locator(".red-ui-tray .clc").last().innerText();
  }

  /** Opens every fold of the open form, so that all of it can be seen. */
  async openFolds(): Promise<void> {
    await this.page
      .locator(".red-ui-tray .clc")
      .last()
      .evaluate((form) => {
        for (const fold of form.querySelectorAll("details")) fold.open = true;
      });
  }

  /**
   * Imports an example by the dialog: Examples, our package, the folder, the entry. Resolves when the dialog is gone;
   * its nodes come when the editor has fetched them.
   */
  async importExample(folder: string, name: string): Promise<void> {
    await this.page.evaluate(() => RED.actions.invoke("core:show-examples-import-dialog"));
    const dialog = this.page.locator("#red-ui-clipboard-dialog");
    const entry = (label: string) => dialog.locator(".red-ui-treeList-label:visible").getByText(label, { exact: true });
    await entry("@content-lifecycle/node-red").click();
    await entry(folder).click();
    await entry(name).click();
    await this.page.locator("#red-ui-clipboard-dialog-ok").click();
    await dialog.waitFor({ state: "hidden" });
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(screenshotFolder(), `${name}.png`) });
  }

  async close(): Promise<void> {
    this.#leaving = true;
    await this.#context.close();
  }

  async #known(id: string): Promise<void> {
    await this.page.waitForFunction((node) => Boolean(RED.nodes.node(node)), id);
  }
  async #signIn(user: NodeRedUser): Promise<void> {
    await this.page.waitForSelector("#node-dialog-login-username");
    await this.page.fill("#node-dialog-login-username", user.username);
    await this.page.fill("#node-dialog-login-password", user.password);
    await this.page.click("#node-dialog-login-submit");
  }
  #note(fault: string): void {
    if (!this.#tolerated.some((pattern) => pattern.test(fault))) this.#faults.push(fault);
  }
}

/** The part of the editor's global that the tests touch inside the page. */
interface EditorGlobal {
  view: { reveal(id: string): void; select(id: string): void };
  sidebar: { show(tab: string): void };
  nodes: {
    dirty(): boolean;
    eachNode(look: (node: EditorNode) => void): void;
    eachConfig(look: (node: EditorNode) => void): void;
    filterNodes(filter: { type: string }): unknown[];
    node(id: string): EditorNode;
    getType(type: string): unknown;
  };
  editor: { edit(node: EditorNode): void; editConfig(name: string, type: string, id: string): void };
  actions: { invoke(action: string): void };
}
type EditorNode = { id: string; type: string; changed?: boolean; valid?: boolean; _def: { category: string } } & Record<
  string,
  unknown
>;

declare global {
  const RED: EditorGlobal;
}
