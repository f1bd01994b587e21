import { assetLifecycle } from "../../scripts/demo/scenario-08.js";
import { describeScenario } from "../support/scenario.js";

describeScenario(assetLifecycle);
