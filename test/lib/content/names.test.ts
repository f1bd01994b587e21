import { deepEqual, equal, ok } from "node:assert/strict";
import { MAX_NAME_BYTES, safeName, safeNames } from "../../../lib/content/names.js";

const HOSTILE = [
  "../../etc/hero.tif",
  "..\\..\\windows\\system32\\x.dll",
  "/absolute/path.tif",
  "C:\\hero.tif",
  "CON.psd",
  "con",
  "LPT1.txt",
  "aux.",
  "hero.tif.",
  "hero.tif   ",
  "   ",
  "",
  ".",
  "..",
  "...",
  "a\u0000b.tif",
  "line\r\nbreak.tif",
  "\u202Egnp.exe",
  "🌸.png",
  "Frühling.tif".normalize("NFD"),
  "x".repeat(400) + ".tif",
  "🌸".repeat(200) + ".jpeg",
  "a." + "e".repeat(300),
  "lone\ud800surrogate.tif",
  'what?<is>"this"|*.tif',
  "deep/inner/name.tif",
];

describe("safe names", () => {
  for (const original of HOSTILE) {
    it(`makes one harmless path segment of ${JSON.stringify(original).slice(0, 40)}`, () => {
      const name = safeName(original);
      ok(name.length > 0 && name !== "." && name !== "..");
      ok(!/[/\\<>:"|?*\p{Cc}\u202e]/u.test(name), name);
      ok(!/[. ]$/.test(name), name);
      ok(!/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name), name);
      ok(Buffer.byteLength(name) <= MAX_NAME_BYTES, `${Buffer.byteLength(name)} bytes`);
      equal(name, name.normalize("NFC"));
      ok(!/\p{Surrogate}/u.test(name));
      equal(safeName(original), name, "the same name every time");
      equal(safeName(name), name, "a safe name stays as it is");
    });
  }

  it("leaves ordinary names alone, letters of any script included", () => {
    for (const name of [
      "hero.tif",
      "Frühling 2021 (final).tif",
      "春の花.png",
      "🌸.png",
      ".hidden",
      "a..b.tif",
      "Lumière d'été.mov",
    ]) {
      equal(safeName(name), name);
    }
  });

  it("keeps the extension and enough of the rest to tell two long names apart", () => {
    const one = safeName("x".repeat(400) + "1.tif");
    const other = safeName("x".repeat(400) + "2.tif");
    ok(one.endsWith(".tif") && other.endsWith(".tif"));
    ok(one !== other);
  });

  it("gives every file of a folder a name of its own, also where case and normal form do not count", () => {
    const names = safeNames([
      "Frühling.tif".normalize("NFC"),
      "Frühling.tif".normalize("NFD"),
      "a.tif",
      "A.tif",
      "a.tif",
      "a-2.tif",
    ]);
    const keys = names.map((name) => name.normalize("NFC").toLowerCase());
    equal(new Set(keys).size, names.length, names.join(" | "));
    deepEqual(names.slice(0, 2), ["Frühling.tif", "Frühling-2.tif"]);
  });

  it("stays within 255 bytes when long equal names are numbered", () => {
    const names = safeNames(Array.from({ length: 12 }, () => "ü".repeat(300) + ".tif"));
    equal(new Set(names).size, 12);
    for (const name of names) ok(Buffer.byteLength(name) <= MAX_NAME_BYTES);
  });
});
