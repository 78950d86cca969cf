import type { BrokerAddress, BrokerConnection } from "./broker-connection.ts";

export interface BrokerConnectionsOptions {
  readonly open: (address: BrokerAddress) => Promise<BrokerConnection>;
  readonly addressOf: (nodeId: number) => BrokerAddress | null;
}

/**
 * The connections of one lane, one per broker, opened on demand. Not shared between lanes: a broker works on one request
 * of a connection at a time.
 */
export class BrokerConnections {
  readonly #options: BrokerConnectionsOptions;
  readonly #open = new Map<number, BrokerConnection>();
  #isClosed = false;

  constructor(options: BrokerConnectionsOptions) {
    this.#options = options;
  }

  /** @throws when the broker cannot be reached */
  async get(nodeId: number): Promise<BrokerConnection> {
    const address = this.#options.addressOf(nodeId);
    if (address === null) throw new Error(`broker ${nodeId} is no longer part of the cluster`);
    const open = this.#open.get(nodeId);
    if (open?.isUsable === true && open.address.host === address.host && open.address.port === address.port)
      return open;
    open?.close();
    this.#open.delete(nodeId);
    const connection = await this.#options.open(address);
    if (this.#isClosed) {
      connection.close();
      throw new Error("the publisher is disconnected");
    }
    this.#open.set(nodeId, connection);
    return connection;
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#open.values()) connection.close();
    this.#open.clear();
  }
}
