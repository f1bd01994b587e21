import { productRetirement } from "../../scripts/demo/scenario-02.js";
import { describeScenario } from "../support/scenario.js";

describeScenario(productRetirement);
