import type { FragmentSchema } from "./fragment-schema.js";

/**
 * Broadcast facts with their types (SEED-DATA.md B4), named near EBUCore and PBCore so that both can be made of them.
 * XSD: `schemas/broadcast-1.xsd`.
 */
export const broadcastSchema: FragmentSchema = {
  uri: "urn:clc:schema:broadcast:1",
  root: "broadcast",
  label: "Broadcast",
  fields: [
    { field: "title", label: "Programme title", type: "string", required: true },
    { field: "series", label: "Series", type: "string", required: true },
    { field: "episodeNumber", label: "Episode number", type: "string" },
    { field: "houseNumber", label: "House number (indexed)", type: "string", required: true },
    { field: "eidr", label: "EIDR", type: "string", form: "eidr" },
    {
      field: "firstTransmission",
      label: "First transmission",
      type: "dateTime",
      help: "With the offset that the source gives.",
    },
    { field: "firstTransmissionUtc", label: "First transmission (UTC)", type: "dateTime" },
    { field: "zone", label: "Time zone of the transmission", type: "string" },
    {
      field: "status",
      label: "Transmission status",
      type: "string",
      required: true,
      allowed: ["aired", "published online"],
    },
    { field: "channel", label: "Channel", type: "string", required: true },
    { field: "versionType", label: "Version type", type: "string", required: true, allowed: ["FIN", "CLP"] },
    { field: "rights/licensor", label: "Licensor", type: "string", required: true },
    { field: "rights/contract", label: "Contract number", type: "string", required: true },
    { field: "rights/start", label: "Licence start", type: "date" },
    { field: "rights/end", label: "Licence end (may start retention)", type: "date" },
    { field: "rights/territory", label: "Territory", type: "string" },
    { field: "rights/runsAllowed", label: "Runs allowed", type: "integer" },
    { field: "rights/runsUsed", label: "Runs used", type: "integer" },
    { field: "rights/embargoUntil", label: "Embargo until", type: "date" },
    { field: "music/cueSheet", label: "Cue sheet", type: "string" },
    { field: "rating", label: "Rating", type: "string" },
    { field: "subtitles", label: "Subtitles", type: "string", repeatable: true },
    {
      field: "technical/duration",
      label: "Duration (ISO 8601)",
      type: "string",
      required: true,
      form: "duration",
    },
    { field: "technical/frameRate", label: "Frames per second", type: "decimal" },
    { field: "technical/aspect", label: "Aspect ratio", type: "string" },
    { field: "technical/audio", label: "Audio layout", type: "string" },
  ],
};
