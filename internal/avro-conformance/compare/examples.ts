/** A change of an event that breaks, as two versions of its schema. */
export interface BrokenChange {
  readonly title: string;
  /** What was changed, in a sentence. */
  readonly change: string;
  readonly writer: object;
  readonly reader: object;
}

function orderPlaced(...fields: readonly object[]): object {
  const key = { name: "orderId", type: "string", "waybill.key": true };
  return { type: "record", namespace: "orders.order", name: "OrderPlaced", fields: [key, ...fields] };
}

function payment(expiryMonth: string): object {
  const card = { type: "record", name: "Card", fields: [{ name: "expiryMonth", type: expiryMonth }] };
  const transfer = { type: "record", name: "Transfer", fields: [{ name: "iban", type: "string" }] };
  return { name: "payment", type: ["null", card, transfer], default: null };
}

function channel(...symbols: readonly string[]): object {
  return { name: "channel", type: { type: "enum", name: "Channel", symbols } };
}

function lines(...added: readonly object[]): object {
  const discount = { type: "record", name: "Discount", fields: [{ name: "percent", type: "int" }, ...added] };
  const discounts = { name: "discounts", type: { type: "array", items: discount } };
  const line = { type: "record", name: "Line", fields: [{ name: "sku", type: "string" }, discounts] };
  return { name: "lines", type: { type: "array", items: line } };
}

/** Three that teams make every week. */
export const brokenChanges: readonly BrokenChange[] = [
  {
    title: "A field in a branch of a union",
    change: "`payment` is null, a card or a transfer. Version 2 makes the card's `expiryMonth` a string.",
    writer: orderPlaced(payment("int")),
    reader: orderPlaced(payment("string")),
  },
  {
    title: "A symbol gone from an enum",
    change: "`channel` was WEB, SHOP or PHONE, and has no default symbol. Version 2 drops PHONE.",
    writer: orderPlaced(channel("WEB", "SHOP", "PHONE")),
    reader: orderPlaced(channel("WEB", "SHOP")),
  },
  {
    title: "A field without a default, deep in lists",
    change: "Each of the `lines` has `discounts`. Version 2 adds a `code` to a discount, without a default.",
    writer: orderPlaced(lines()),
    reader: orderPlaced(lines({ name: "code", type: "string" })),
  },
];
