import { createOutbox, type Outbox, type WaybillExtension } from "./outbox.ts";

const outbox = createOutbox();

/** {@link Outbox.publish} of an outbox with the default settings. */
export const publish: Outbox["publish"] = outbox.publish;

/** {@link Outbox.publishAll} of an outbox with the default settings. */
export const publishAll: Outbox["publishAll"] = outbox.publishAll;

/** {@link Outbox.extension} of an outbox with the default settings. */
export const waybillExtension: WaybillExtension = outbox.extension;
