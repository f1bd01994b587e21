import assert from "node:assert/strict";
import { NODE_RED_MAJORS } from "../../scripts/node-red.js";
import type { Editor } from "../support/editor.js";
import { formFaults, notReachedByTab } from "../support/form-check.js";
import { closeStages, type EditorStage, FORMS, stageOf, TEST_MS } from "./stage.js";

/** A catalogue key that was shown instead of its text. */
const RAW_KEY = /\b(kit|[a-z]+-[a-z-]+)\.[a-z-]+\.?[a-z-]*\b(?!\.(json|db|pem|csv))/;

after(closeStages);

for (const version of NODE_RED_MAJORS) {
  describe(`every form in the editor of Node-RED ${version}`, function () {
    this.timeout(TEST_MS);
    let stage: EditorStage;
    let light: Editor;
    const english = new Map<string, string>();
    const idOf = (name: string): string => (name.startsWith("clc-") ? name : stage.id(name));

    before(async () => {
      stage = await stageOf(version);
      await stage.reset();
      light = await stage.open();
    });
    after(() => light.close());
    afterEach(() => light.closeForms());

    for (const name of FORMS) {
      it(`${name}: is valid, labelled, readable, usable by keyboard, and unchanged by Done`, async () => {
        const id = idOf(name);
        await light.edit(id);
        await light.openFolds();
        await light.screenshot(`${version}-${name}`);
        const text = await light.formText();
        english.set(name, text);
        assert.doesNotMatch(text, RAW_KEY);
        assert.deepEqual(await formFaults(light.page), { unlabelled: [], faint: [] });
        assert.deepEqual(await notReachedByTab(light.page), []);
        await light.done();
        assert.equal(await light.isChanged(id), false);
        assert.deepEqual(await light.property(id, "validationErrors"), []);
        assert.equal(await light.isValid(id), true);
        assert.deepEqual(light.takeFaults(), []);
      });
    }

    if (version !== NODE_RED_MAJORS[0]) return;
    it("each form is as readable in the dark theme, and German in German", async () => {
      const dark = await stage.open({ dark: true, language: "de" });
      for (const name of FORMS) {
        await dark.edit(idOf(name));
        await dark.openFolds();
        await dark.screenshot(`dark-${name}`);
        const text = await dark.formText();
        assert.doesNotMatch(text, RAW_KEY, name);
        assert.notEqual(text, english.get(name), `${name} is the same in German`);
        assert.deepEqual(await formFaults(dark.page), { unlabelled: [], faint: [] }, name);
        await dark.cancel();
      }
      assert.deepEqual(dark.takeFaults(), []);
      await dark.close();
    });
  });
}
