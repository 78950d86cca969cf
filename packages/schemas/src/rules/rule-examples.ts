import type { Rule } from "../finding.ts";

/** Files that a rule finds something in, and the same put right; a test holds them to that. Texts by path. */
export interface RuleExample {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";

const key = '{ "name": "orderId", "type": "string", "waybill.key": true }';
const money = "types/money/v1.avsc";
const first = order("OrderPlaced", [key]);

/** Examples of the rules about what schemas say; those about files and releases have none to show. */
export const ruleExamples: Readonly<Partial<Record<Rule, RuleExample>>> = {
  avro: {
    before: { [v1]: order("OrderPlaced", [key, '{ "name": "total", "type": "long", "default": "0" }']) },
    after: { [v1]: order("OrderPlaced", [key, '{ "name": "total", "type": "long", "default": 0 }']) },
  },
  "type-name": {
    before: { [v1]: useOf('["types/money/v1.avsc"]', "types.Money"), [money]: moneyType("Amount") },
    after: { [v1]: useOf('["types/money/v1.avsc"]', "types.Money"), [money]: moneyType("Money") },
  },
  "import-missing": {
    before: {
      [v1]: order("OrderPlaced", [key, '{ "name": "total", "type": "types.Money" }']),
      [money]: moneyType("Money"),
    },
    after: { [v1]: useOf('["types/money/v1.avsc"]', "types.Money"), [money]: moneyType("Money") },
  },
  "contract-unknown": {
    before: { [v1]: first, "consumers/email.json": contract("order_id") },
    after: { [v1]: first, "consumers/email.json": contract("orderId") },
  },
  "record-required": {
    before: { [v1]: '{ "type": "array", "items": "string" }\n' },
    after: { [v1]: order("OrderPlaced", [key, '{ "name": "lines", "type": { "type": "array", "items": "string" } }']) },
  },
  "record-name": {
    before: { [v1]: order("PlacedOrder", [key]) },
    after: { [v1]: first },
  },
  "generation-name": {
    before: { [v1]: first, [v2]: order("NewOrderPlaced", [key]) },
    after: { [v1]: first, [v2]: order("OrderPlacedV2", [key]) },
  },
  "key-field": {
    before: { [v1]: order("OrderPlaced", ['{ "name": "orderId", "type": "string" }']) },
    after: { [v1]: first },
  },
  "key-moved": {
    before: {
      [v1]: first,
      [v2]: order("OrderPlaced", [
        '{ "name": "orderId", "type": "string" }',
        '{ "name": "userId", "type": "string", "default": "", "waybill.key": true }',
      ]),
    },
    after: { [v1]: first, [v2]: order("OrderPlaced", [key, '{ "name": "userId", "type": "string", "default": "" }']) },
  },
  incompatible: {
    before: { [v1]: first, [v2]: order("OrderPlaced", [key, '{ "name": "total", "type": "long" }']) },
    after: { [v1]: first, [v2]: order("OrderPlaced", [key, '{ "name": "total", "type": "long", "default": 0 }']) },
  },
};

function order(name: string, fields: readonly string[]): string {
  const lines = fields.map((field) => `    ${field}`).join(",\n");
  return `{\n  "type": "record",\n  "namespace": "orders.order",\n  "name": "${name}",\n  "fields": [\n${lines}\n  ]\n}\n`;
}

function useOf(imports: string, type: string): string {
  const record = order("OrderPlaced", [key, `{ "name": "total", "type": "${type}" }`]);
  return record.replace('  "fields"', `  "waybill.imports": ${imports},\n  "fields"`);
}

function moneyType(name: string): string {
  return `{\n  "type": "fixed",\n  "namespace": "types",\n  "name": "${name}",\n  "size": 8\n}\n`;
}

function contract(field: string): string {
  const event = `"orders.order.placed": { "versions": [1], "fields": ["${field}"] }`;
  return `{\n  "service": "email",\n  "owner": "team-mail",\n  "events": { ${event} }\n}\n`;
}

/** The section of a rule's page that shows its example, in Markdown; empty without one. */
export function formatExample(rule: Rule): string {
  const example = ruleExamples[rule];
  if (example === undefined) return "";
  return `\n## Example\n\nThe rule finds this:\n${filesOf(example.before)}\nPut right:\n${filesOf(example.after, example.before)}`;
}

/** The files that differ from the others, each as a block of code. */
function filesOf(files: Readonly<Record<string, string>>, others: Readonly<Record<string, string>> = {}): string {
  return Object.entries(files)
    .filter(([path, text]) => others[path] !== text)
    .map(([path, text]) => `\n\`${path}\`\n\n\`\`\`json\n${text}\`\`\`\n`)
    .join("");
}
