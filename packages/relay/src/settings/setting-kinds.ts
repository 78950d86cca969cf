import { redactUrls } from "../observability/redact.ts";

/** One setting of `outbox-relay run`: a row of the table that everything else is made from. */
export interface Setting<Value> {
  readonly flag: string;
  readonly env: string;
  readonly type: string;
  readonly unit?: string;
  /** As it would be written, empty for none; absent: the setting is required. */
  readonly default?: string;
  readonly description: string;
  /** A credential: never a flag, as other processes see those. */
  readonly isSecret?: true;
  /** @throws Error saying what is expected */
  parse(text: string): Value;
}

/** What a setting says beside its type. */
type Row = Omit<Setting<unknown>, "type" | "parse">;

export function urlSetting(protocols: readonly string[], row: Row): Setting<string> {
  const expected = protocols.map((protocol) => `${protocol}//`).join(" or ");
  return {
    ...row,
    type: "URL",
    parse(text) {
      const url = URL.canParse(text) ? new URL(text) : null;
      if (url !== null && protocols.includes(url.protocol) && url.hostname !== "") return text;
      // Whatever it is, it may hold a password: no more of it is repeated than its beginning.
      const [beginning] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text) ?? [];
      const given =
        beginning === undefined || protocols.includes(beginning.slice(0, -2)) ? "" : `, not with ${beginning}`;
      throw new Error(`expects a URL that begins with ${expected}${given}`);
    },
  };
}

export function brokersSetting(row: Row): Setting<readonly string[]> {
  return {
    ...row,
    type: "list",
    parse(text) {
      const brokers = text.split(",").map((broker) => broker.trim());
      const wrong = brokers.filter((broker) => !/^(\[[0-9a-f:.]+\]|[^\s:/@,[\]]+):\d{1,5}$/i.test(broker));
      if (wrong.length > 0) throw new Error(`expects host:port, not ${wrong.map(quoteBroker).join(", ")}`);
      return brokers;
    },
  };
}

export function booleanSetting(row: Row): Setting<boolean> {
  return {
    ...row,
    type: "boolean",
    parse(text) {
      if (text === "true" || text === "1") return true;
      if (text === "false" || text === "0") return false;
      throw new Error(`expects true or false, not ${quote(text)}`);
    },
  };
}

export function textSetting(row: Row): Setting<string> {
  return {
    ...row,
    type: "text",
    parse(text) {
      if (text.trim() === "") throw new Error("expects a text that is not empty");
      return text;
    },
  };
}

export function integerSetting(least: number, most: number, row: Row): Setting<number> {
  return {
    ...row,
    type: "integer",
    parse(text) {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (value >= least && value <= most) return value;
      throw new Error(`expects a whole number from ${least} to ${most}, not ${quote(text)}`);
    },
  };
}

export function optionalUrlSetting(protocols: readonly string[], row: Row): Setting<string | null> {
  const required = urlSetting(protocols, row);
  return { ...required, default: "", parse: (text) => (text === "" ? null : required.parse(text)) };
}

export function optionalTextSetting(row: Row): Setting<string | null> {
  return { ...row, type: "text", default: "", parse: (text) => (text.trim() === "" ? null : text) };
}

export function hoursSetting(most: number, row: Row): Setting<number> {
  return {
    ...row,
    type: "number",
    parse(text) {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      if (value <= most) return value;
      throw new Error(`expects a number of hours from 0 to ${most}, such as 24 or 0.5, not ${quote(text)}`);
    },
  };
}

export function choiceSetting<Choice extends string>(choices: readonly Choice[], row: Row): Setting<Choice> {
  return {
    ...row,
    type: choices.join(", "),
    parse(text) {
      const choice = choices.find((candidate) => candidate === text);
      if (choice === undefined) throw new Error(`expects one of ${choices.join(", ")}, not ${quote(text)}`);
      return choice;
    },
  };
}

/** What stands before the host may be a password. */
function quoteBroker(broker: string): string {
  return quote(broker.replace(/^.*@/, "***@"));
}

function quote(text: string): string {
  return redactUrls(JSON.stringify(text));
}
