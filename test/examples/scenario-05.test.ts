import { preservationStatus } from "../../scripts/demo/scenario-05.js";
import { describeScenario } from "../support/scenario.js";

describeScenario(preservationStatus);
