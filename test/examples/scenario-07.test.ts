import { retentionTransfer } from "../../scripts/demo/scenario-07.js";
import { describeScenario } from "../support/scenario.js";

describeScenario(retentionTransfer);
