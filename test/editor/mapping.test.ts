import assert from "node:assert/strict";
import type { Editor } from "../support/editor.js";
import { NODE_RED_MAJORS } from "../../scripts/node-red.js";
import { closeStages, type EditorStage, stageOf, TEST_MS } from "./stage.js";

after(closeStages);

interface Profile {
  name: string;
  rows: { id: string; to: { field: string }; steps?: { do: string }[]; required?: boolean }[];
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

    for (const id of [ID, "clc-profile-otmm-status"]) {
      it(`${id}: every row that is opened and touched reads back as it was`, async () => {
        await editor.edit(id);
        const count = await editor.page.locator("#clc-mapping-rows > li").count();
        await editor.page.evaluate(() => {
          for (const line of document.querySelectorAll<HTMLButtonElement>("#clc-mapping-rows .clc-line")) line.click();
          // Twice the same box: the row counts as edited and says what it said.
          for (const box of document.querySelectorAll<HTMLInputElement>(
            "#clc-mapping-rows .clc-editor > .clc-part input[type=checkbox]",
          )) {
            box.click();
            box.click();
          }
        });
        assert.ok(count > 5);
        await editor.done();
        assert.equal(await editor.isChanged(id), false);
      });
    }

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
