/** Faults of a Kafka of three brokers. Seconds long here; `pnpm faults` makes them for minutes. */
import { clusterFails } from "./cluster-fails.ts";
import { faultSuite } from "./fault-suite.ts";

faultSuite("three brokers", { faults: clusterFails, brokers: 3 });
