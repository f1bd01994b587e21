import { broadcastMasters } from "../../scripts/demo/scenario-04.js";
import { describeScenario } from "../support/scenario.js";

describeScenario(broadcastMasters);
