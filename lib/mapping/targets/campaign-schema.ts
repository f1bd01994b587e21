import type { FragmentSchema } from "./fragment-schema.js";

/** Campaign facts with their types (SEED-DATA.md B1). XSD: `schemas/campaign-1.xsd`. */
export const campaignSchema: FragmentSchema = {
  uri: "urn:clc:schema:campaign:1",
  root: "campaign",
  label: "Campaign",
  fields: [
    { field: "code", label: "Campaign code", type: "string", required: true },
    { field: "name", label: "Campaign name", type: "string", required: true },
    { field: "launchDate", label: "Launch date", type: "date", required: true },
    { field: "endDate", label: "End date", type: "date", required: true },
    { field: "brand", label: "Brand", type: "string", required: true },
    { field: "region", label: "Region", type: "string", required: true },
    {
      field: "role",
      label: "Role of the asset",
      type: "string",
      required: true,
      allowed: ["MAS", "VID", "BAN", "SRC", "DRV"],
    },
    { field: "agency", label: "Agency", type: "string", repeatable: true },
    { field: "channel", label: "Channel", type: "string", repeatable: true },
  ],
};
