import type { CompatibilityMode } from "@waybill/avro";

/** A schema as it was registered. */
export interface SchemaContent {
  /** Compact JSON, otherwise as the client sent it. */
  readonly text: string;
  readonly references: readonly SchemaReference[];
  /** Confluent's `metadata`, kept as it was sent. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** Confluent's `ruleSet`, kept as it was sent. */
  readonly ruleSet: Readonly<Record<string, unknown>> | null;
}

/** Another subject's version whose types a schema uses. */
export interface SchemaReference {
  /** The full name of the type. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export interface StoredSchema extends SchemaContent {
  /** Global: one schema has one id in all subjects. Never given twice, not even after deletion. */
  readonly id: number;
  /** What tells one schema from another; see schema-identity.ts. */
  readonly identity: string;
}

export interface StoredVersion {
  readonly subject: string;
  /** From 1, without gaps unless a version is permanently deleted. */
  readonly version: number;
  /** Soft-deleted: hidden, but readable by id and restored to view with `deleted=true`. */
  readonly deleted: boolean;
  readonly schema: StoredSchema;
}

export interface SubjectState {
  readonly subject: string;
  /** Whether all its versions are soft-deleted. */
  readonly deleted: boolean;
}

/** Whether a subject takes new versions. */
export type RegistryMode = "READWRITE" | "READONLY" | "READONLY_OVERRIDE";

/** What is set for one subject, or for all of them; null where nothing is. */
export interface Policy {
  readonly compatibility: CompatibilityMode | null;
  readonly mode: RegistryMode | null;
}

/** The subject name under which the policy for all subjects is kept; no subject can have it. */
export const GLOBAL = "";

export interface RegistryReader {
  schemaById(id: number): Promise<StoredSchema | null>;
  /** The subjects that begin with a prefix, by name. */
  subjectsByPrefix(prefix: string): Promise<readonly SubjectState[]>;
  /** All versions of all subjects that begin with a prefix, soft-deleted ones too, by subject and version. */
  versionsByPrefix(prefix: string): Promise<readonly StoredVersion[]>;
  /** All versions of a subject, soft-deleted ones too, the oldest first. */
  versionsOf(subject: string): Promise<readonly StoredVersion[]>;
  /** All versions that hold a schema, soft-deleted ones too, by subject and version. */
  versionsWithSchema(id: number): Promise<readonly StoredVersion[]>;
  /** All versions whose schemas refer to a version, soft-deleted ones too. */
  referrersOf(subject: string, version: number): Promise<readonly StoredVersion[]>;
  policyOf(subject: string): Promise<Policy>;
}

export interface RegistryWriter extends RegistryReader {
  /** Adds the next version of a subject. The schema keeps its id if its identity is known. */
  addVersion(subject: string, content: SchemaContent, identity: string): Promise<StoredVersion>;
  softDelete(subject: string, versions: readonly number[]): Promise<void>;
  /** Removes versions, and schemas that no version holds any longer. */
  hardDelete(subject: string, versions: readonly number[]): Promise<void>;
  setPolicy(subject: string, policy: Policy): Promise<void>;
}

/** Where a registry keeps what it knows. */
export interface RegistryStore extends RegistryReader {
  /**
   * Runs work that decides and then writes, alone: no other `write` of any process on the same store runs meanwhile, so
   * what the work has read still holds when it writes. Work makes its one change last, as not every store can undo.
   */
  write<Result>(work: (writer: RegistryWriter) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
