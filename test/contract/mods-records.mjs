// Prints, as JSON, the MODS documents that the shipped profile makes of heritage objects: name -> XML.
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);
const { compileProfile, loadDefaultProfile } = load("../../dist/lib/mapping/index.js");
const { campaignAsset, HERITAGE_OBJECT, inputOf, list, text } = load("../../dist/test/lib/mapping/seed-asset.js");

const OBJECTS = {
  full: {},
  "with awkward texts": {
    "MUS.FIELD.PLACE": text('Bodø & "Tromsø" <N>'),
    "MUS.FIELD.SUBJECTS": list("ice & snow", "]]>", "Ölands södra udde"),
    "MUS.FIELD.PERSONS DEPICTED": list("Payer, Julius", "Weyprecht, Carl", "Unknown <child>"),
  },
  "with an uncertain date": { "MUS.FIELD.DATE MADE": text("1914~") },
  sparse: Object.fromEntries(
    ["PERSONS DEPICTED", "SUBJECTS", "PLACE", "DIMENSIONS", "CREDIT LINE", "SERIES"].map((name) => [
      `MUS.FIELD.${name}`,
      undefined,
    ]),
  ),
};

const mapping = compileProfile(loadDefaultProfile("heritage-archive"));
const documents = {};
for (const [name, changes] of Object.entries(OBJECTS)) {
  const { metadata } = mapping.apply(inputOf(campaignAsset({ ...HERITAGE_OBJECT, ...changes })));
  for (const [target, { schema, xml }] of Object.entries(metadata))
    if (schema === "http://www.loc.gov/mods/v3") documents[`${target}, ${name}`] = xml;
}
console.log(JSON.stringify(documents));
