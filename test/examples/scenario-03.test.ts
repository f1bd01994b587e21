import { heritagePreservation } from "../../scripts/demo/scenario-03.js";
import { describeScenario } from "../support/scenario.js";

describeScenario(heritagePreservation);
