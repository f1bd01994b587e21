import { storedDay } from "../ids.js";
import type { LooseValues } from "./values.js";

/** A programme of Kanal Nord (SEED-DATA 1.5), whose versions are assets of their own. */
export interface Programme {
  title: string;
  series: string;
  episode?: string;
  houseNo: string;
  eidr?: string;
  status: "PLN" | "TRX" | "PUB" | "CAN";
  tx: string;
  channel: "KN1" | "KN2" | "KNO";
  values?: LooseValues;
}

export const COAST: Programme = {
  title: "Küstenwache",
  series: "Küstenwache",
  episode: "14",
  houseNo: "KN-000814",
  eidr: "10.5240/7791-8534-2C23-9030-8610-5",
  status: "TRX",
  tx: "2026-09-12T20:15:00+02:00",
  channel: "KN1",
};
export const TRAIN: Programme = {
  title: "Nachtzug",
  series: "Dokumentarfilm",
  houseNo: "KN-000915",
  status: "PUB",
  tx: "2026-10-01T18:00:00+02:00",
  channel: "KNO",
  values: { "ACME.FIELD.EMBARGO UNTIL": storedDay("2027-06-30") },
};
export const LICENSED: Programme = {
  title: "Die stille Bucht",
  series: "Spielfilm",
  houseNo: "KN-001022",
  status: "TRX",
  tx: "2026-07-18T22:10:00+02:00",
  channel: "KN2",
  values: {
    "ACME.FIELD.USAGE RIGHTS": "LIC",
    "ACME.FIELD.RIGHTS HOLDER": "Orsola Film",
    "ACME.FIELD.RIGHTS END": storedDay("2026-08-31"),
    "ACME.FIELD.RIGHTS NOTE": "At the end of the licence: return or destroy.",
    "BCT.FIELD.CONTRACT NO": "KN-C-2291",
    "BCT.FIELD.LICENSOR": "Orsola Film",
    "BCT.FIELD.LICENCE START": storedDay("2024-09-01"),
    "BCT.FIELD.LICENCE END": storedDay("2026-08-31"),
    "BCT.FIELD.RUNS ALLOWED": 2,
    "BCT.FIELD.RUNS USED": 2,
  },
};
export const ELECTION: Programme = {
  title: "Wahlstudio",
  series: "Wahlstudio",
  houseNo: "KN-001101",
  status: "PLN",
  tx: "2026-11-17T17:45:00+01:00",
  channel: "KN1",
};

/** Aired at a local time that Berlin's clocks skipped that night; licensed for years to come. */
export const NIGHT_SHIFT: Programme = {
  title: "Nachtschicht",
  series: "Kurzfilm",
  houseNo: "KN-000329",
  status: "TRX",
  tx: "2026-03-29T02:30:00+01:00",
  channel: "KN2",
  values: licence("KN-C-2304", "Lumen Film", "2026-01-01", "2028-12-31"),
};
/** The licence is over, and its contract lets the archive keep a copy. */
export const WINTER: Programme = {
  title: "Inselwinter",
  series: "Dokumentarfilm",
  houseNo: "KN-000716",
  status: "TRX",
  tx: "2026-02-11T21:00:00+01:00",
  channel: "KN1",
  values: licence("KN-C-2310", "Nordlicht Doku", "2025-08-01", "2026-07-31"),
};
/** Nobody has cut a clip of it. */
export const HARBOUR: Programme = {
  title: "Hafenfest",
  series: "Regionales / Nord",
  houseNo: "KN-000533",
  status: "PUB",
  tx: "2026-08-02T12:00:00+02:00",
  channel: "KNO",
};
/** Its master was lost. */
export const FLOTSAM: Programme = {
  title: "Strandgut",
  series: "Kurzfilm",
  houseNo: "KN-000144",
  status: "TRX",
  tx: "2025-05-04T19:30:00+02:00",
  channel: "KN2",
};
/** Its clip is under embargo, its master is not. */
export const DEPTHS: Programme = {
  title: "Tiefenrausch",
  series: "Spielfilm",
  houseNo: "KN-001066",
  status: "TRX",
  tx: "2026-06-20T20:15:00+02:00",
  channel: "KN1",
};
export const CANCELLED: Programme = {
  title: "Sommerfest",
  series: "Regionales / Nord",
  houseNo: "KN-000534",
  status: "CAN",
  tx: "2026-08-09T12:00:00+02:00",
  channel: "KNO",
};

function licence(contract: string, licensor: string, start: string, end: string): LooseValues {
  return {
    "ACME.FIELD.USAGE RIGHTS": "LIC",
    "ACME.FIELD.RIGHTS HOLDER": licensor,
    "ACME.FIELD.RIGHTS START": storedDay(start),
    "ACME.FIELD.RIGHTS END": storedDay(end),
    "BCT.FIELD.CONTRACT NO": contract,
    "BCT.FIELD.LICENSOR": licensor,
    "BCT.FIELD.LICENCE START": storedDay(start),
    "BCT.FIELD.LICENCE END": storedDay(end),
    "BCT.FIELD.RUNS ALLOWED": 3,
    "BCT.FIELD.RUNS USED": 1,
  };
}
