import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Editor } from "../support/editor.js";
import { NODE_RED_MAJORS, PACKAGE_ROOT } from "../../scripts/node-red.js";
import { closeStages, type EditorStage, stageOf, TEST_MS } from "./stage.js";

after(closeStages);

interface Profile {
  name: string;
  rows: {
    id: string;
    to: { field: string };
    steps?: { do: string }[];
    required?: boolean;
    onlyIf?: object[];
    refuse?: object[];
  }[];
  conditions: Record<string, { otherwise: string }>;
  retention: { period: string; action?: string }[];
  ignored: string[];
}

for (const version of NODE_RED_MAJORS) {
  describe(`the mapping table in the editor of Node-RED ${version}`, function () {
    this.timeout(TEST_MS);
    let stage: EditorStage;
    let editor: Editor;

    before(async () => {
      stage = await stageOf(version);
      await stage.reset();
      editor = await stage.open();
    });
    after(() => editor.close());
    afterEach(async () => {
      await editor.closeForms();
      assert.deepEqual(editor.takeFaults(), []);
      editor.tolerate();
    });

    const ID = "clc-profile-campaign";
    const row = (n: number) => editor.page.locator("#clc-mapping-rows > li").nth(n);
    const profile = async (): Promise<Profile> => (await editor.property(ID, "profile")) as Profile;

    it("shows input, result and problems beside each row for a sample that is loaded by id", async () => {
      await editor.edit(ID);
      await editor.page.fill("#clc-sample-asset", await sampleId());
      await editor.page.locator("#clc-sample-asset").press("Enter");
      await row(0).locator(".clc-result b").waitFor();
      assert.match((await row(0).locator(".clc-result b").textContent()) ?? "", /^[0-9a-f]{40}$/);
      await editor.screenshot(`${version}-mapping-sample`);
      await editor.cancel();
    });

    it("previews a change as it is typed, and names the mistake in its row", async () => {
      await editor.edit(ID);
      await editor.page.fill("#clc-sample-asset", await sampleId());
      await editor.page.locator("#clc-sample-asset").press("Enter");
      await row(4).locator(".clc-result b").waitFor();
      await row(4).locator(".clc-line").press("Enter");
      await row(4).getByRole("button", { name: "add step" }).press("Enter");
      await row(4).locator(".clc-step select").last().selectOption("case");
      await row(4).locator(".clc-step-settings select").last().selectOption("lower");
      await row(4)
        .locator(".clc-result b", { hasText: /^af-2021-spr$/ })
        .waitFor();
      await editor.screenshot(`${version}-mapping-row`);
      await row(4).locator("input[list]").fill("");
      await row(4).locator("input[list]").press("Tab");
      await row(4).locator(".clc-result .clc-problem").first().waitFor();
      await editor.cancel();
      assert.deepEqual((await profile()).rows[4], original().rows[4]);
    });

    it("keeps an edit over Done, deploy and a reload of the page", async () => {
      await editor.edit(ID);
      await row(4).locator(".clc-line").click();
      await row(4).getByLabel("required").check();
      await row(4).getByRole("button", { name: "Move up" }).click();
      await editor.done();
      assert.equal(await editor.isChanged(ID), true);
      await editor.deploy();
      await editor.reload();
      const { rows } = await profile();
      assert.equal(rows[3]?.id, original().rows[4]?.id);
      assert.equal(rows[3]?.required, true);
      assert.equal(rows.length, original().rows.length);
      await stage.reset();
      await editor.reload();
    });

    it("adds a row that says what it lacks until it is complete", async () => {
      await editor.edit(ID);
      await editor.page.getByRole("button", { name: "add row" }).click();
      await editor.done();
      assert.equal(await editor.isValid(ID), false);
      assert.match(JSON.stringify(await editor.property(ID, "validationErrors")), /Row \d+: the source is missing/);
      await stage.reset();
      await editor.reload();
    });

    for (const id of version === NODE_RED_MAJORS[0]
      ? [ID, "clc-profile-otmm-status", "clc-profile-otmm-sync"]
      : ["clc-profile-otmm-status"]) {
      it(`${id}: every row that is opened and touched reads back as it was`, async () => {
        await editor.edit(id);
        await editor.openFolds();
        const lists = ["mapping-rows", "profile-conditions", "profile-retention", "profile-targets"];
        const opened = await touchAll(lists.map((list) => `#clc-${list}`));
        assert.ok(opened > 10, `${opened} rows and tables`);
        await editor.done();
        assert.deepEqual(await editor.property(id, "profile"), stage.flow.find((node) => node.id === id)?.["profile"]);
        assert.equal(await editor.isChanged(id), false);
      });
    }

    it("takes in the largest shipped profile whole, with documents of folders, and reads it back as it ships", async () => {
      const shipped = JSON.parse(
        readFileSync(join(PACKAGE_ROOT, "lib/mapping/profiles/heritage-archive.json"), "utf8"),
      ) as Profile;
      await editor.edit("clc-profile-otmm-status");
      await editor.page.selectOption("#clc-profile-default", "heritage-archive");
      await editor.page.click("#clc-profile-start");
      await editor.page.waitForFunction(
        (count) => document.querySelectorAll("#clc-mapping-rows > li").length === count,
        shipped.rows.length,
      );
      await touchAll(["#clc-profile-targets", "#clc-profile-conditions", "#clc-profile-retention"]);
      await editor.done();
      assert.deepEqual(await editor.property("clc-profile-otmm-status", "profile"), shipped);
      await editor.reload();
    });

    it("retention-trigger: every rule that is opened and touched reads back as it was", async () => {
      const id = stage.id("retention-trigger");
      await editor.edit(id);
      assert.equal(await touchAll(["#clc-retention-rules"]), 2);
      await editor.screenshot(`${version}-retention-rules`);
      await editor.done();
      assert.equal(await editor.isChanged(id), false);
    });

    it("edits by keys alone when a row counts and when it refuses, and names what is missing in its place", async () => {
      await editor.edit(ID);
      await row(0).locator(".clc-line").press("Enter");
      await row(0).locator(".clc-more summary").press("Enter");
      const when = row(0).getByRole("group", { name: /^Counts only when/ });
      await when.getByRole("button", { name: "test", exact: true }).press("Enter");
      await when.getByRole("combobox", { name: "Test" }).selectOption("not-one-of");
      await when.getByText("a test lacks its source").waitFor();
      await when.locator(".red-ui-typedInput-input").first().fill("ACME.FIELD.CAMPAIGN STATUS");
      await when.locator(".red-ui-typedInput-input").first().press("Tab");
      await when.getByText("a test lacks the values to compare with").waitFor();
      await when.getByRole("textbox", { name: "values, by comma" }).fill('RUN, "one, two"');
      await when.getByRole("textbox", { name: "values, by comma" }).press("Tab");
      await when.getByText("a test lacks").waitFor({ state: "hidden" });
      const refuse = row(0).getByRole("group", { name: "Refuse the asset" });
      await refuse.getByRole("button", { name: "refusal" }).first().press("Enter");
      await refuse.getByRole("textbox", { name: "Reason that is told" }).fill("It runs.");
      await refuse.getByRole("button", { name: "test", exact: true }).press("Enter");
      await refuse.locator(".red-ui-typedInput-input").first().fill("ACME.FIELD.END DATE");
      await refuse.locator(".red-ui-typedInput-input").first().press("Tab");
      await refuse.getByRole("combobox", { name: "Test" }).selectOption("after");
      await editor.screenshot(`${version}-mapping-tests`);
      await editor.done();
      assert.equal(await editor.isValid(ID), true);
      const [first] = (await profile()).rows;
      assert.deepEqual(first?.onlyIf, [
        { of: { kind: "field", id: "ACME.FIELD.CAMPAIGN STATUS" }, is: "not-one-of", values: ["RUN", "one, two"] },
      ]);
      assert.deepEqual(first?.refuse, [
        { when: [{ of: { kind: "field", id: "ACME.FIELD.END DATE" }, is: "after" }], reason: "It runs." },
      ]);
      await editor.reload();
    });

    it("edits a condition table and a retention rule as rows, and marks a profile in which one lacks something", async () => {
      await editor.edit(ID);
      await editor.openFolds();
      const table = editor.page.locator("#clc-profile-conditions > li").first();
      await table.locator(".clc-line").press("Enter");
      await table.getByRole("textbox", { name: "otherwise" }).fill("internal");
      const rule = editor.page.locator("#clc-profile-retention > li").first();
      await rule.locator(".clc-line").press("Enter");
      await rule.getByRole("spinbutton", { name: "Number" }).fill("7");
      await rule.getByRole("combobox", { name: "When it is due" }).selectOption("dispose");
      await rule.locator(".clc-line", { hasText: "7 years" }).waitFor();
      await table.scrollIntoViewIfNeeded();
      await editor.screenshot(`${version}-mapping-tables`);
      await editor.done();
      const edited = await profile();
      assert.equal(edited.conditions["securityTag"]?.otherwise, "internal");
      assert.equal(edited.retention[0]?.period, "P7Y");
      assert.equal(edited.retention[0]?.action, "dispose");
      assert.deepEqual(edited.retention[1], original().retention[1]);
      assert.deepEqual(edited.ignored, original().ignored);

      await editor.edit(ID);
      await editor.openFolds();
      await rule.locator(".clc-line").press("Enter");
      await rule.getByRole("spinbutton", { name: "Number" }).fill("");
      await rule.getByRole("spinbutton", { name: "Number" }).press("Tab");
      await rule.getByText("say how long").waitFor();
      await editor.done();
      assert.equal(await editor.isValid(ID), false);
      assert.match(JSON.stringify(await editor.property(ID, "validationErrors")), /CAMP-5Y: say how long/);
      await editor.reload();
    });

    it("starts from a shipped profile, exports CSV and imports it again", async () => {
      await editor.edit("clc-profile-otmm-status");
      await editor.page.selectOption("#clc-profile-default", "campaign-archive");
      await editor.page.click("#clc-profile-start");
      await editor.page.waitForFunction(
        (count) => document.querySelectorAll("#clc-mapping-rows > li").length === count,
        original().rows.length,
      );
      await editor.page.click("#clc-profile-export");
      await editor.page.selectOption("dialog.clc-dialog select", "csv");
      const box = editor.page.locator("dialog.clc-dialog textarea");
      await editor.page.waitForFunction(() => {
        const shown = document.querySelector<HTMLTextAreaElement>("dialog.clc-dialog textarea")?.value ?? "";
        return shown !== "" && !shown.startsWith("{");
      });
      const csv = await box.inputValue();
      await editor.page.keyboard.press("Escape");
      await editor.page.locator("dialog.clc-dialog").waitFor({ state: "detached" });
      await editor.page.fill("#clc-profile-name", "renamed");
      await editor.page.click("#clc-profile-import");
      await box.fill(csv);
      await editor.page.locator("dialog.clc-dialog").getByRole("button", { name: "Import" }).click();
      await editor.page.waitForFunction(
        () => document.querySelector<HTMLInputElement>("#clc-profile-name")?.value === "campaign-archive",
      );
      await editor.done();
      assert.deepEqual(await editor.property("clc-profile-otmm-status", "profile"), original());
      await stage.reset();
      await editor.reload();
    });

    /** Opens every row of the lists and tells each field that it was edited. @returns how many rows there were */
    async function touchAll(lists: string[]): Promise<number> {
      return await editor.page.evaluate((selectors) => {
        const all = <E extends Element>(within: string): E[] =>
          selectors.flatMap((list) => [...document.querySelectorAll<E>(`${list} ${within}`)]);
        for (const line of all<HTMLButtonElement>(".clc-line")) line.click();
        for (const field of all<HTMLElement>(".clc-row :is(input, select)")) {
          // The widget answers for its own fields; another kind of step begins with its defaults.
          if (field.closest(".red-ui-typedInput-container") !== null || field.matches(".clc-step > select")) continue;
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }
        return selectors.reduce((sum, list) => sum + document.querySelectorAll(`${list} > li`).length, 0);
      }, lists);
    }
    function original(): Profile {
      return stage.flow.find(({ id }) => id === ID)?.["profile"] as Profile;
    }
    /** The complete sample asset of campaign AF-2021-SPR. */
    async function sampleId(): Promise<string> {
      const state = (await (await fetch(`${stage.sandbox.sandbox.control}/state`)).json()) as {
        systems: { otmm: { assets: { id: string; name: string; values: Record<string, unknown> }[] } };
      };
      const found = state.systems.otmm.assets.find(
        ({ values }) =>
          values["ACME.FIELD.CAMPAIGN CODE"] === "AF-2021-SPR" && values["ACME.FIELD.APPROVAL STATUS"] === "APF",
      );
      return found?.id ?? "";
    }
  });
}
