import { isRecordVersion } from "../event-reference.ts";
import { type EventHistory, generationsOf, type SchemaTree, type SchemaVersion } from "../schema-tree.ts";
import type { ConsumerContract, EventUse } from "./contract.ts";
import { FieldIdentity } from "./field-identity.ts";

/** A service that reads an event. */
export interface EventReader {
  readonly contract: ConsumerContract;
  readonly use: EventUse;
}

/** The services whose contracts name one event. */
export class EventReaders {
  readonly all: readonly EventReader[];
  readonly #generations: readonly (readonly number[])[];
  readonly #identity: FieldIdentity;

  /** @param event the event as the tree has it; null when it is gone from there */
  constructor(type: string, event: EventHistory | null, { contracts }: Pick<SchemaTree, "contracts">) {
    this.all = contracts.flatMap((contract) =>
      contract.events.filter((use) => use.event === type).map((use) => ({ contract, use })),
    );
    this.#generations = event === null ? [] : generationsOf(event).map(({ versions }) => versions.map(numberOf));
    this.#identity = new FieldIdentity((event?.versions ?? []).filter(isRecordVersion).map(({ record }) => record));
  }

  /**
   * The version by whose schema a service reads events of the generation of this version: the newest that its contract
   * lists of it. Null when it lists none.
   */
  readerVersion({ use }: EventReader, version: number): number | null {
    const generation = this.#generations.find((versions) => versions.includes(version)) ?? [version];
    return use.versions.findLast((listed) => generation.includes(listed)) ?? null;
  }

  /** The listed fields that a path is, holds or is held by; null when the service reads all of the event. */
  fieldsTouched({ use }: EventReader, path: string): readonly string[] | null {
    return use.fields === null ? null : use.fields.filter((field) => this.#identity.touches(field, path));
  }

  /** Whether a service reads all that is at a path. */
  readsWhole({ use }: EventReader, path: string): boolean {
    return use.fields === null || use.fields.some((field) => this.#identity.holds(field, path));
  }

  /** Whether there are contracts to tell by, and no service reads the field, nor what it holds or what holds it. */
  isUnread(path: string): boolean {
    return this.all.length > 0 && this.all.every((reader) => this.fieldsTouched(reader, path)?.length === 0);
  }
}

function numberOf({ version }: SchemaVersion): number {
  return version;
}
