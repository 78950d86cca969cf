import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { canRun, mavenJars } from "./maven-jars.ts";

const VERSION = "4.3.1";

/** The settings that are committed beside the sources: pom.xml, log4j2.xml. */
export const kafkaFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "kafka");

/**
 * The folder of Apache Kafka's jars: fetched from Maven Central the first time (about 25 s), then kept in the user's
 * cache folder.
 *
 * @throws Error when Java 17 or newer, or for the first time Maven, is missing
 */
export function kafkaJars(): string {
  if (!canRun("java", "-version")) {
    throw new Error(
      "tests on Apache Kafka (WAYBILL_TEST_BROKER=kafka) need Java 17 or newer: 'java' does not run here",
    );
  }
  return mavenJars({
    name: `kafka-${VERSION}`,
    pom: join(kafkaFolder, "pom.xml"),
    jar: `kafka_2.13-${VERSION}.jar`,
  });
}
