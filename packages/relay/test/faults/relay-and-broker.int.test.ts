/** Faults of relays, of applications, and of a Kafka of one broker. Seconds long here; `pnpm faults` makes them for minutes. */
import { brokerFails } from "./broker-fails.ts";
import { faultSuite } from "./fault-suite.ts";
import { relayDies } from "./relay-dies.ts";
import { writersStrain } from "./writers-strain.ts";

/** The disk last: a broker that has died of it is the slowest to come back. */
faultSuite("relays and of one broker", {
  faults: [...relayDies, ...writersStrain, ...brokerFails],
  brokers: 1,
  hasSmallDisk: true,
});
