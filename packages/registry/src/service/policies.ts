import { COMPATIBILITY_MODES, type CompatibilityMode, isCompatibilityMode } from "@waybill/avro";
import { RegistryError } from "../errors.ts";
import {
  GLOBAL,
  type Policy,
  type RegistryMode,
  type RegistryReader,
  type RegistryStore,
} from "../store/registry-store.ts";

const MODES: readonly RegistryMode[] = ["READWRITE", "READONLY", "READONLY_OVERRIDE"];

/** Which compatibility subjects must keep, and whether they may be written: of their own, or of all. */
export class Policies {
  readonly #store: RegistryStore;
  readonly #defaultCompatibility: CompatibilityMode;

  /** @param defaultCompatibility what goes while nobody has set a global level */
  constructor(store: RegistryStore, defaultCompatibility: CompatibilityMode) {
    this.#store = store;
    this.#defaultCompatibility = defaultCompatibility;
  }

  /** The compatibility that a new version of a subject must keep. */
  async compatibilityOf(store: RegistryReader, subject: string): Promise<CompatibilityMode> {
    const own = (await store.policyOf(subject)).compatibility;
    return own ?? (await store.policyOf(GLOBAL)).compatibility ?? this.#defaultCompatibility;
  }

  async globalCompatibility(): Promise<CompatibilityMode> {
    return this.compatibilityOf(this.#store, GLOBAL);
  }

  /** @throws RegistryError `SUBJECT_COMPATIBILITY_NOT_SET` unless the subject has its own, or the global one may stand in */
  async subjectCompatibility(subject: string, defaultToGlobal: boolean): Promise<CompatibilityMode> {
    const own = (await this.#store.policyOf(subject)).compatibility;
    if (own !== null) return own;
    if (defaultToGlobal) return this.globalCompatibility();
    const message = `Subject '${subject}' does not have subject-level compatibility configured`;
    throw new RegistryError("SUBJECT_COMPATIBILITY_NOT_SET", message);
  }

  /** @throws RegistryError `INVALID_COMPATIBILITY` */
  async setCompatibility(subject: string, level: string): Promise<CompatibilityMode> {
    const compatibility = level.toUpperCase();
    if (!isCompatibilityMode(compatibility)) {
      const valid = COMPATIBILITY_MODES.join(", ");
      throw new RegistryError("INVALID_COMPATIBILITY", `Invalid compatibility level. Valid values are ${valid}`);
    }
    await this.#change(subject, (policy) => ({ ...policy, compatibility }));
    return compatibility;
  }

  /** Takes a subject's own level back, or the global one, and returns it. */
  async unsetCompatibility(subject: string): Promise<CompatibilityMode> {
    const before =
      subject === GLOBAL ? await this.globalCompatibility() : await this.subjectCompatibility(subject, false);
    await this.#change(subject, (policy) => ({ ...policy, compatibility: null }));
    return before;
  }

  async globalMode(): Promise<RegistryMode> {
    return (await this.#store.policyOf(GLOBAL)).mode ?? "READWRITE";
  }

  /** @throws RegistryError `SUBJECT_MODE_NOT_SET` unless the subject has its own, or the global one may stand in */
  async subjectMode(subject: string, defaultToGlobal: boolean): Promise<RegistryMode> {
    const own = (await this.#store.policyOf(subject)).mode;
    if (own !== null) return own;
    if (defaultToGlobal) return this.globalMode();
    throw new RegistryError("SUBJECT_MODE_NOT_SET", `Subject '${subject}' does not have subject-level mode configured`);
  }

  /** @throws RegistryError `INVALID_MODE` */
  async setMode(subject: string, text: string): Promise<RegistryMode> {
    const mode = MODES.find((candidate) => candidate === text.toUpperCase());
    if (mode === undefined) {
      throw new RegistryError("INVALID_MODE", `Invalid mode. Valid values are ${MODES.join(", ")}`);
    }
    await this.#change(subject, (policy) => ({ ...policy, mode }));
    return mode;
  }

  async unsetMode(subject: string): Promise<RegistryMode> {
    const before = await this.subjectMode(subject, false);
    await this.#change(subject, (policy) => ({ ...policy, mode: null }));
    return before;
  }

  /** @throws RegistryError `OPERATION_NOT_PERMITTED` when the subject is read-only. A global override beats all subjects. */
  async requireWritable(store: RegistryReader, subject: string): Promise<void> {
    const global = (await store.policyOf(GLOBAL)).mode;
    const mode =
      global === "READONLY_OVERRIDE" ? global : ((await store.policyOf(subject)).mode ?? global ?? "READWRITE");
    if (mode === "READWRITE") return;
    throw new RegistryError("OPERATION_NOT_PERMITTED", `Subject ${subject} is in read-only mode`);
  }

  async #change(subject: string, change: (policy: Policy) => Policy): Promise<void> {
    await this.#store.write(async (store) => store.setPolicy(subject, change(await store.policyOf(subject))));
  }
}
