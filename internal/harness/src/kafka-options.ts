import type { TestCertificates } from "./test-certificates.ts";

export interface KafkaOptions {
  /** Adds listeners with TLS, and an authorizer that allows anonymous clients of the plain listeners everything. */
  readonly security?: KafkaSecurityOptions;
  /** The port of 127.0.0.1 that clients of the first listener are told: a proxy's before the broker. Default: its own. */
  readonly advertisedPort?: number;
  /**
   * Ports of more proxies on 127.0.0.1. The broker opens a listener for each, at `KafkaServer.proxied`, that
   * advertises the proxy's port: a client that comes through a proxy stays behind it.
   */
  readonly proxies?: readonly number[];
  /**
   * For measurements: the JVM optimises what runs often, and files of deleted topics go at once, not a minute later. Default:
   * false, as tests end before that pays.
   */
  readonly optimised?: boolean;
  /** Folder of its data, made when it is not there. Default: a temporary one. Deleted by `KafkaServer.stop`. */
  readonly folder?: string;
  /**
   * How long the controller takes a broker that is silent for alive, in milliseconds. So long one that was killed must
   * wait to come back, and its partitions for another leader. Default 3,000.
   */
  readonly sessionTimeoutMs?: number;
}

export interface KafkaSecurityOptions {
  readonly certificates: TestCertificates;
  /** Known to PLAIN and to SCRAM-SHA-256 and -512. OAUTHBEARER takes any unsecured JWT. */
  readonly user: { readonly name: string; readonly password: string };
}
