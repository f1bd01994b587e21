import type { FragmentSchema } from "./fragment-schema.js";

/**
 * MODS 3 of a collection, series or other group, as it stands on a folder of the archive (SEED-DATA.md B3).
 *
 * @see Library of Congress, MODS schema 3.8 (mods-3-8.xsd): `typeOfResource/@collection`
 */
export const modsCollectionSchema: FragmentSchema = {
  uri: "http://www.loc.gov/mods/v3",
  root: "mods",
  label: "MODS of a collection",
  fields: [
    { field: "@version", label: "Version of MODS", type: "string", allowed: ["3.8", "3.7", "3.6"] },
    { field: "titleInfo/title", label: "Title", type: "string", required: true },
    {
      field: "typeOfResource[@collection='yes']",
      label: "Type of resource",
      type: "string",
      required: true,
      allowed: ["still image", "moving image", "sound recording", "text", "mixed material"],
    },
    { field: "abstract", label: "Description", type: "string" },
    { field: "note[@type='ownership']", label: "Custodial history", type: "string" },
    { field: "relatedItem[@type='host']/titleInfo/title", label: "Part of", type: "string" },
    { field: "identifier[@type='local']", label: "Code of the collection", type: "string" },
    { field: "location/physicalLocation", label: "Institution", type: "string", required: true },
    { field: "recordInfo/recordContentSource", label: "Source of the record", type: "string", required: true },
    { field: "recordInfo/recordIdentifier", label: "Id of the record", type: "string" },
  ],
};
