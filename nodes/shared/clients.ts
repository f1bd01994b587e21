import type { NodeAPI } from "node-red";
import { LifecycleError } from "../../lib/messages/error.js";
import type { PreservicaClient } from "../../lib/preservica/index.js";
import type { ClientHolder } from "./connection.js";
