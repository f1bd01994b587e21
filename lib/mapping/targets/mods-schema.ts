import type { FragmentSchema } from "./fragment-schema.js";

/**
 * MODS 3 of a digitised object (SEED-DATA.md B3). The record's top elements may stand in any order; they stand here in
 * the order in which the MODS guidelines list them, and inside `location`, `language` and `name` as the schema wants.
 *
 * @see Library of Congress, MODS schema 3.8 (mods-3-8.xsd)
 */
export const modsSchema: FragmentSchema = {
  uri: "http://www.loc.gov/mods/v3",
  root: "mods",
  label: "MODS",
  fields: [
    { field: "@version", label: "Version of MODS", type: "string", allowed: ["3.8", "3.7", "3.6"] },
    { field: "titleInfo/title", label: "Title", type: "string", required: true },
    { field: "name/namePart", label: "Maker", type: "string" },
    {
      field: "name/role/roleTerm[@type='code'][@authority='marcrelator']",
      label: "Role of the maker (MARC relator)",
      type: "string",
    },
    {
      field: "typeOfResource",
      label: "Type of resource",
      type: "string",
      required: true,
      allowed: ["still image", "moving image", "sound recording", "text", "mixed material"],
    },
    { field: "genre[@authority='aat']", label: "Kind of object (AAT)", type: "string", repeatable: true },
    { field: "originInfo/place/placeTerm[@type='text']", label: "Place", type: "string", repeatable: true },
    {
      field: "originInfo/dateCreated[@encoding='edtf'][@keyDate='yes']",
      label: "Date made (EDTF)",
      type: "string",
      form: "edtf",
    },
    { field: "originInfo/dateCaptured[@encoding='iso8601']", label: "Digitised on", type: "date" },
    {
      field: "language/languageTerm[@type='code'][@authority='iso639-2b']",
      label: "Language (ISO 639-2/B)",
      type: "string",
      maxLength: 3,
    },
    { field: "physicalDescription/internetMediaType", label: "Media type", type: "string", required: true },
    {
      field: "physicalDescription/digitalOrigin",
      label: "Digital origin",
      type: "string",
      required: true,
      allowed: ["born digital", "reformatted digital", "digitized microfilm", "digitized other analog"],
    },
    { field: "abstract", label: "Description", type: "string" },
    { field: "note[@type='date']", label: "Note on the date", type: "string" },
    { field: "note[@type='ownership']", label: "Custodial history", type: "string", required: true },
    {
      field: "note[@type='ownership'][@displayLabel='Status']",
      label: "Status of provenance",
      type: "string",
      required: true,
    },
    { field: "note[@type='acquisition']", label: "Acquisition", type: "string", required: true },
    { field: "note[@type='reproduction']", label: "Digitisation", type: "string", required: true },
    { field: "note[@type='preferred citation']", label: "Credit line", type: "string" },
    { field: "subject/topic", label: "Subject", type: "string", repeatable: true, alone: true },
    { field: "subject/geographic", label: "Place depicted", type: "string", repeatable: true, alone: true },
    { field: "subject/name/namePart", label: "Person depicted", type: "string", repeatable: true, alone: true },
    {
      field: "relatedItem[@type='original']/physicalDescription/form",
      label: "Material of the original",
      type: "string",
      repeatable: true,
    },
    {
      field: "relatedItem[@type='original']/physicalDescription/extent",
      label: "Dimensions of the original",
      type: "string",
    },
    { field: "relatedItem[@type='host']/titleInfo/title", label: "Series", type: "string", required: true },
    {
      field: "relatedItem[@type='host']/relatedItem[@type='host']/titleInfo/title",
      label: "Collection",
      type: "string",
      required: true,
    },
    { field: "identifier[@type='accession number']", label: "Accession number", type: "string", required: true },
    { field: "identifier[@type='local']", label: "Source id and version", type: "string", required: true },
    { field: "location/physicalLocation", label: "Institution", type: "string", required: true },
    {
      field: "accessCondition[@type='use and reproduction']",
      label: "Rights statement",
      type: "string",
      required: true,
    },
    {
      field: "accessCondition[@type='use and reproduction']/@xlink:href",
      label: "URI of the rights statement",
      type: "anyURI",
      required: true,
    },
    {
      field: "accessCondition[@type='restriction on access']",
      label: "Restriction on access",
      type: "string",
      required: true,
    },
    { field: "recordInfo/recordContentSource", label: "Source of the record", type: "string", required: true },
    {
      field: "recordInfo/recordChangeDate[@encoding='iso8601']",
      label: "Last change of the record",
      type: "dateTime",
      required: true,
    },
    { field: "recordInfo/recordIdentifier", label: "Id of the record", type: "string", required: true },
  ],
};
