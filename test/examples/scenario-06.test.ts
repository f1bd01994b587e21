import { archiveAccessAndReuse } from "../../scripts/demo/scenario-06.js";
import { describeScenario } from "../support/scenario.js";

describeScenario(archiveAccessAndReuse);
